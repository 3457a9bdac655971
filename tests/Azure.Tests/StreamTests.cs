using OrleansAgents.Runs;
using Xunit;

namespace OrleansAgents.Azure.Tests;

/// <summary>Lifecycle events over an event hub, with the cluster's members, subscriptions and checkpoints in storage tables.</summary>
public sealed class StreamTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private AzureCluster _azure = null!;

    public async ValueTask InitializeAsync() => _azure = await AzureCluster.StartAsync();

    public async ValueTask DisposeAsync() => await _azure.DisposeAsync();

    [Fact]
    public async Task Two_gateways_a_worker_and_a_service_find_the_silo_and_hear_every_event_of_two_hundred_runs()
    {
        await using var silo = await _azure.WitnessedSiloAsync();
        await using var first = await _azure.GatewayAsync();
        await using var second = await _azure.GatewayAsync();
        await using var service = await Service.StartAsync(_azure.Settings());
        await using var worker = await _azure.WorkerAsync();

        var runs = await StartAsync(service, 200);
        foreach (var (run, view) in runs.Zip(await EndedAsync(service, runs)))
        {
            await service.Heard.EndOf(run).WaitAsync(Patience);
            Assert.Equal(Seqs(view), service.Heard.Of(run).Select(e => e.Seq));
        }

        foreach (var gateway in new[] { first, second })
        {
            Assert.Contains("run.completed", await gateway.Client.GetStringAsync($"/v1/runs/{runs[^1]}/events?limit=500"));
        }

        await _azure.WitnessedAsync(silo, await EndedAsync(service, runs), runs);
        await worker.SaysAsync(lines => runs.All(run => lines.Count(line => line == $"run.completed {run}") == 1), "that each run has completed, once");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_silo_that_is_killed_while_it_publishes_loses_no_event_of_the_stream_unless_it_starts_from_now(bool fromNow)
    {
        await using var silo = await _azure.WitnessedSiloAsync(("Witness__StartFromNow", $"{fromNow}"));
        await using var service = await Service.StartAsync(_azure.Settings());
        var runs = new List<string>();

        // What is published and not yet delivered is lost from now on. A single kill may find nothing of that kind.
        for (var round = 0; round < (fromNow ? 6 : 3); round++)
        {
            runs.AddRange(await StartAsync(service, 230));
            await service.Agents.WaitAsync(runs[^1], Patience);
            await silo.KillAndStartAgainAsync();
        }

        var views = await EndedAsync(service, runs);
        Assert.InRange(views.Sum(v => v.Head), 10_000, long.MaxValue);

        // The service makes good from the journals what the stream did not bring.
        foreach (var (run, view) in runs.Zip(views))
        {
            await service.Heard.EndOf(run).WaitAsync(Patience);
            Assert.Equal(Seqs(view), service.Heard.Of(run).Select(e => e.Seq));
        }

        if (fromNow)
        {
            await Assert.ThrowsAsync<TimeoutException>(() => _azure.WitnessedAsync(silo, views, runs, TimeSpan.FromSeconds(20)));
        }
        else
        {
            await _azure.WitnessedAsync(silo, views, runs);
        }
    }

    [Fact]
    public async Task A_hub_is_read_on_where_it_was_with_its_checkpoints_and_from_its_beginning_with_a_new_table()
    {
        List<string> first, second;
        await using (var silo = await _azure.WitnessedSiloAsync())
        {
            await using var service = await Service.StartAsync(_azure.Settings());
            first = await StartAsync(service, 20);
            await _azure.WitnessedAsync(silo, await EndedAsync(service, first), first);

            // Orleans makes a checkpoint of what left its cache, which keeps ten seconds, when something newer comes.
            await Task.Delay(TimeSpan.FromSeconds(12));
            var newer = await StartAsync(service, 20);
            await _azure.WitnessedAsync(silo, await EndedAsync(service, newer), newer);
        }

        File.Delete(_azure.WitnessFile);
        await using (var silo = await _azure.WitnessedSiloAsync())
        {
            await using var service = await Service.StartAsync(_azure.Settings());
            second = await StartAsync(service, 20);
            await _azure.WitnessedAsync(silo, await EndedAsync(service, second), second);
            var again = await File.ReadAllTextAsync(_azure.WitnessFile);
            Assert.Contains(first, run => !again.Contains(run, StringComparison.Ordinal));
        }

        File.Delete(_azure.WitnessFile);
        await using (var silo = await _azure.WitnessedSiloAsync(("Azure__EventHubs__CheckpointTable", "Anew")))
        {
            await using var service = await Service.StartAsync(_azure.Settings());
            await _azure.WitnessedAsync(silo, await EndedAsync(service, [.. first, .. second]), [.. first, .. second]);
        }
    }

    private static async Task<List<string>> StartAsync(Service service, int count) =>
        [.. await Task.WhenAll(Enumerable.Range(0, count).Select(_ => service.Agents.StartAsync(new("docs", "What is a step?"))))];

    private static async Task<IReadOnlyList<RunView>> EndedAsync(Service service, IReadOnlyList<string> runs)
    {
        var views = new List<RunView>();
        foreach (var run in runs)
        {
            views.Add(await service.Agents.WaitAsync(run, Patience));
        }

        return views;
    }

    private static IEnumerable<long> Seqs(RunView view) => Enumerable.Range(1, (int)view.Head).Select(seq => (long)seq);
}
