using System.Globalization;
using OrleansAgents.Events;
using OrleansAgents.Runs;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Azure.Tests;

/// <summary>Two thousand runs of 21 steps, each of whose events travels over the hub.</summary>
public sealed class LoadTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Rounds = 8;
    private const int RunsPerRound = 250;
    private const int ToolCalls = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private ModelServer _models = null!;
    private AzureCluster _azure = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync(r => r.Turn < ToolCalls
            ? new Reply().Call("echo", """{"text":"again"}""").Finish("tool_calls").Usage(100, 10)
            : new Reply().Text("done").Finish("stop").Usage(100, 10));
        _azure = await AzureCluster.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _azure.DisposeAsync();
        await _models.DisposeAsync();
    }

    [Fact]
    public async Task Every_event_of_two_thousand_runs_arrives_and_the_memory_of_the_silo_levels_off()
    {
        await using var silo = await _azure.WitnessedSiloAsync([.. _models.SettingsOf("default").Select(s => (s.Key.Replace(":", "__", StringComparison.Ordinal), s.Value!))]);
        await using var service = await Service.StartAsync(_azure.Settings());
        var (runs, views, memory) = (new List<string>(), new List<RunView>(), new List<long>());
        for (var round = 0; round < Rounds; round++)
        {
            service.Heard.Behind.Clear();
            runs.AddRange(await Task.WhenAll(Enumerable.Range(0, RunsPerRound).Select(_ => service.Agents.StartAsync(new("load", "go")))));
            foreach (var run in runs[^RunsPerRound..])
            {
                views.Add(await service.Agents.WaitAsync(run, Patience));
                await service.Heard.EndOf(run).WaitAsync(Patience);
            }

            memory.Add(silo.WorkingSet >> 20);
            Tell(service.Heard.Behind, memory[^1]);
        }

        await _azure.WitnessedAsync(silo, views, runs);
        Assert.All(views, view => Assert.Equal((RunStatus.Completed, (2 * ToolCalls) + 1), (view.Status, view.Step)));
        Assert.All(runs.Zip(views), run => Assert.Equal(run.Second.Head, service.Heard.Of(run.First).Count));

        // Measured: 240 MiB after four rounds, 266 after eight, 280 after twelve and no more after that. What is kept of every step shows here.
        Assert.InRange(memory[^1], 0, memory[(Rounds / 2) - 1] * 12 / 10);
    }

    private void Tell(IEnumerable<TimeSpan> heard, long silo)
    {
        var behind = heard.Order().ToList();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{behind.Count} events; behind their commit p50 {At(0.5):0} ms, p99 {At(0.99):0} ms, at most {At(1):0} ms; the silo has {silo} MiB"));

        double At(double part) => behind[(int)((behind.Count - 1) * part)].TotalMilliseconds;
    }
}
