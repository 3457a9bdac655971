using System.Diagnostics;
using OrleansAgents.Agents.Models;
using OrleansAgents.Events;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>A thousand runs and a provider that is down: they do not each discover it.</summary>
public sealed class OutageTests
{
    private const int Runs = 1_000;
    private const int Places = 8;

    /// <summary>How long the provider is down: the first two probes come within it, however slow the machine is there are no more.</summary>
    private static readonly TimeSpan Outage = ModelGate.FirstPause * 4;

    /// <summary>Who is under way, who follows until it counts as an outage, and two probes.</summary>
    private const int MostFaults = Places + ModelGate.Outage - 1 + 2;

    [Fact]
    public async Task All_runs_finish_by_themselves_and_nothing_is_asked_but_what_is_needed_and_the_probes()
    {
        // It goes down while as many as there are places are under way.
        var down = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var clock = new Stopwatch();
        await using var model = await ModelServer.StartAsync(request =>
        {
            if (request.Number == Places)
            {
                clock.Start();
                down.SetResult();
            }

            return clock.Elapsed < Outage ? new Reply().Wait(down.Task).Error(503) : new Reply().Text("Up again.").Finish("stop");
        });
        var settings = TestSilo.ModelAt(model);
        settings["Models:default:MaxConcurrent"] = $"{Places}";
        using var folder = new TempFolder();
        await using var journal = new SqliteJournal(folder.File("agents.db"));
        await using var silo = await TestSilo.StartAsync(journal, settings);

        var runs = await Task.WhenAll(Enumerable.Range(0, Runs).Select(_ => silo.StartRunAsync("docs", "Are you there?")));
        foreach (var run in runs)
        {
            _ = await silo.UntilEndedAsync(run);
        }

        var events = new List<Event?>();
        foreach (var run in runs)
        {
            events.AddRange((await journal.ReadAsync(run, 0, 500)).Select(e => e.Decode()));
        }

        // One attempt that was recorded is one request; every fault is one more than the thousand that were needed.
        Assert.Equal(model.Received.Count, events.Count(e => e is ModelStarted));
        Assert.Equal(Runs, events.Count(e => e is RunCompleted));
        var faults = events.Count(e => e is ModelFailed);
        Assert.InRange(faults, Places, MostFaults);
        Assert.Equal(Runs + faults, model.Received.Count);
        Assert.Equal(Places, model.PeakInFlight);
    }
}
