using System.Diagnostics;
using OrleansAgents.Events;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;

namespace OrleansAgents.Benchmarks;

/// <summary>A thousand runs, and a provider that is down for two minutes of real time: what they ask of it meanwhile, and when all are done.</summary>
internal static class OutageBenchmark
{
    private const int Runs = 1_000;
    private const int Places = 32;
    private static readonly TimeSpan Outage = TimeSpan.FromMinutes(2);

    public static async Task RunAsync()
    {
        // It goes down while as many as there are places are under way.
        var down = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var clock = new Stopwatch();
        var refusedAt = new List<double>();
        await using var model = await ModelServer.StartAsync(request =>
        {
            if (request.Number == Places)
            {
                clock.Start();
                down.SetResult();
            }

            if (clock.Elapsed >= Outage)
            {
                return new Reply().Text("Up again.").Finish("stop");
            }

            refusedAt.Add(Math.Round(clock.Elapsed.TotalSeconds, 1));
            return new Reply().Wait(down.Task).Error(503);
        });
        var settings = TestSilo.ModelAt(model);
        settings["Models:default:MaxConcurrent"] = $"{Places}";
        using var folder = new TempFolder();
        await using var journal = new SqliteJournal(folder.File("agents.db"));
        await using var silo = await TestSilo.StartAsync(journal, settings);

        var runs = await Task.WhenAll(Enumerable.Range(0, Runs).Select(_ => silo.StartRunAsync("docs", "Are you there?")));
        await down.Task;
        await Task.Delay(Outage);
        var back = Stopwatch.StartNew();
        var completed = 0;
        var attempts = 0;
        var faults = 0;
        foreach (var run in runs)
        {
            await silo.UntilAsync(run, v => v.EndedAt is not null, "to end");
            var events = (await journal.ReadAsync(run, 0, 500)).Select(e => e.Decode()).ToList();
            attempts += events.Count(e => e is ModelStarted);
            faults += events.Count(e => e is ModelFailed);
            completed += events.Count(e => e is RunCompleted);
        }

        Bench.Print("outage", new
        {
            runs = Runs,
            places = Places,
            downSeconds = Outage.TotalSeconds,
            completed,
            requests = model.Received.Count,
            attempts,
            faults,
            probesRefusedAtSecond = refusedAt.Where(s => s >= 1).ToList(),
            secondsUntilAllEndedOnceBack = Math.Round(back.Elapsed.TotalSeconds, 1),
        });
    }
}
