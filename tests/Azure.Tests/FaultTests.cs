using OrleansAgents.EventHubsServer;
using OrleansAgents.Events;
using OrleansAgents.Runs;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Azure.Tests;

/// <summary>Faults of hub and storage while runs are at work: no run waits for either, and a service hears everything in the end.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private const int Runs = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private AzureCluster _azure = null!;

    public async ValueTask InitializeAsync() => _azure = await AzureCluster.StartAsync();

    public async ValueTask DisposeAsync() => await _azure.DisposeAsync();

    [Theory]
    [InlineData("refuses")]
    [InlineData("is busy")]
    [InlineData("detaches")]
    [InlineData("cuts")]
    [InlineData("redelivers")]
    [InlineData("is slow")]
    [InlineData("is silent")]
    [InlineData("holds partitions back")]
    public async Task A_hub_that_fails_holds_up_no_run_and_loses_no_event(string fault)
    {
        await using var silo = await _azure.WitnessedSiloAsync();
        await using var service = await Service.StartAsync(_azure.Settings());
        _azure.Hub.Faults = fault switch
        {
            "refuses" => Faults.None with { RefuseSends = Refusal.Unauthorized, RefuseSenders = Refusal.Unauthorized },
            "is busy" => Faults.None with { RefuseSends = Refusal.ServerBusy },
            "redelivers" => Faults.None with { DeliverTwice = true, RewindOnAttach = 10 },
            "is slow" => Faults.None with { AcceptDelay = TimeSpan.FromSeconds(1), DeliveryDelay = TimeSpan.FromMilliseconds(50) },
            "is silent" => Faults.None with { HoldEverything = true },
            "holds partitions back" => Faults.None with { HeldPartitions = ["0", "2"] },
            _ => Faults.None,
        };
        if (fault == "redelivers")
        {
            _azure.Hub.DropLinks();
        }

        var runs = new List<string>();
        for (var n = 0; n < Runs; n++)
        {
            runs.Add(await service.Agents.StartAsync(new("docs", "What is a step?")));
            if (fault == "detaches" && n % 10 == 0)
            {
                _azure.Hub.DropLinks();
            }
            else if (fault == "cuts" && n % 10 == 0)
            {
                _azure.Hub.DropConnections();
            }
        }

        // All end while the hub still fails.
        var views = await EndedAsync(service, runs);
        _azure.Hub.Faults = Faults.None;
        await HeardAsync(service, runs, views);
        await _azure.WitnessedAsync(silo, views, runs);
    }

    [Fact]
    public async Task An_event_of_two_megabytes_reaches_the_service_whole_and_stops_nothing_behind_it()
    {
        // Each part is short enough to stand in the event itself.
        var part = new string('x', 60_000);
        await using var models = await ModelServer.StartAsync();
        models.Script(r => r.Number == 1
            ? Enumerable.Range(0, 20).Aggregate(new Reply(), (reply, _) => reply.Reasoning(part).Text(part)).Finish("stop")
            : new Reply().Text("done").Finish("stop"));
        await using var silo = await _azure.WitnessedSiloAsync(
            ("Models__default__Provider", "openai"), ("Models__default__Endpoint", models.Endpoint.ToString()), ("Models__default__Model", "scripted"),
            ("Models__default__ApiKey", "test-key"), ("Models__default__MaxOutputTokens", "1000000"));
        await using var service = await Service.StartAsync(_azure.Settings());

        var large = await service.Agents.StartAsync(new("docs", "Look everywhere."));
        await service.Agents.WaitAsync(large, Patience);
        string[] runs = [large, .. await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => service.Agents.StartAsync(new("docs", "And here?"))))];

        var views = await EndedAsync(service, runs);
        await HeardAsync(service, runs, views);
        await _azure.WitnessedAsync(silo, views, runs);
        Assert.Contains(service.Heard.Of(large), e => e.Data.Length > 2_000_000);
    }

    [Fact]
    public async Task Storage_that_goes_away_and_comes_back_holds_up_no_run_and_loses_no_event()
    {
        await using var silo = await _azure.WitnessedSiloAsync();
        await using var service = await Service.StartAsync(_azure.Settings());
        var before = await StartAsync(service);
        await EndedAsync(service, before);

        await _azure.Storage.StopAsync();
        var meanwhile = await StartAsync(service);
        await EndedAsync(service, meanwhile);
        await _azure.Storage.StartAgainAsync();

        List<string> runs = [.. before, .. meanwhile, .. await StartAsync(service)];
        var views = await EndedAsync(service, runs);
        await HeardAsync(service, runs, views);
        await _azure.WitnessedAsync(silo, views, runs);
    }

    private static async Task<List<string>> StartAsync(Service service) =>
        [.. await Task.WhenAll(Enumerable.Range(0, Runs).Select(_ => service.Agents.StartAsync(new("docs", "What is a step?"))))];

    private static async Task<IReadOnlyList<RunView>> EndedAsync(Service service, IReadOnlyList<string> runs)
    {
        var views = new List<RunView>();
        foreach (var run in runs)
        {
            views.Add(await service.Agents.WaitAsync(run, Patience));
        }

        Assert.All(views, view => Assert.Equal(RunStatus.Completed, view.Status));
        return views;
    }

    private static async Task HeardAsync(Service service, IReadOnlyList<string> runs, IReadOnlyList<RunView> views)
    {
        foreach (var (run, view) in runs.Zip(views))
        {
            await service.Heard.EndOf(run).WaitAsync(Patience);
            Assert.Equal(Enumerable.Range(1, (int)view.Head).Select(seq => (long)seq), service.Heard.Of(run).Select(e => e.Seq));
        }
    }
}
