using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Testing;

namespace OrleansAgents.Benchmarks;

/// <summary>How fast killed runs are back, and what parked runs cost.</summary>
internal static class RecoveryBenchmark
{
    private const int Runs = 50;
    private const int Steps = 60;
    public const string ChildVerb = "killed-child";

    /// <summary>The process that is killed: starts the runs, says their ids, and goes on until it dies.</summary>
    public static async Task ChildAsync(string file)
    {
        await using var bench = await Bench.StartAsync(file);
        for (var i = 0; i < Runs; i++)
        {
            Console.WriteLine(await bench.StartRunAsync(Steps, slow: true));
        }

        Console.WriteLine("started");
        await Task.Delay(Timeout.Infinite);
    }

    public static async Task KilledAsync()
    {
        using var folder = new TempFolder();
        var file = folder.File("agents.db");
        var ids = await StartAndKillAsync(file);

        await using var bench = await Bench.StartAsync(file);
        var ready = Stopwatch.StartNew();
        var before = await CompletedAsync(bench, ids, atOwnHead: true);
        foreach (var id in ids)
        {
            await bench.Silo.UntilEndedAsync(id);
        }

        var seconds = ready.Elapsed.TotalSeconds;
        var again = 0;
        foreach (var id in ids)
        {
            var results = (await bench.Silo.EventsAsync(id)).Select(e => e.Decode()).OfType<ModelCompleted>().Select(m => m.Step).ToList();
            again += results.Count - results.Distinct().Count();
        }

        Bench.Print("killed runs", new { runs = Runs, steps = Steps, doneBeforeKill = before, secondsAfterReady = Math.Round(seconds, 3), completedStepsRunAgain = again });
    }

    private static async Task<List<string>> StartAndKillAsync(string file)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [typeof(RecoveryBenchmark).Assembly.Location, ChildVerb, file])
        {
            RedirectStandardOutput = true,
        };
        if (!Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal))
        {
            start.ArgumentList.RemoveAt(0);
        }

        using var child = Process.Start(start)!;
        var ids = new List<string>();
        while (await child.StandardOutput.ReadLineAsync() is { } line && line != "started")
        {
            if (line.StartsWith("run_", StringComparison.Ordinal))
            {
                ids.Add(line);
            }
        }

        child.Kill();
        await child.WaitForExitAsync();
        return ids;
    }

    private static async Task<int> CompletedAsync(Bench bench, List<string> ids, bool atOwnHead)
    {
        var done = 0;
        foreach (var id in ids)
        {
            var view = (await bench.Silo.Reader.ViewAsync(Principal.Local, id)).Value!;
            done += atOwnHead ? view.Usage.ModelCalls + view.Usage.ToolCalls : 0;
        }

        return done;
    }

    /// <summary>Memory with 1,000 paused runs, before and after, and the time to resume them.</summary>
    public static async Task PausedAsync()
    {
        const int Paused = 1_000;
        await using var bench = await Bench.StartAsync();
        await bench.RunAsync(20);
        var empty = Heap();
        var ids = new List<string>();
        for (var i = 0; i < Paused; i++)
        {
            var id = await bench.StartRunAsync(20, slow: true);
            await bench.Silo.Run(id).PauseAsync(PauseMode.Now, TestSilo.Meta());
            ids.Add(id);
        }

        while (bench.Silo.Services.GetRequiredService<LocalRuns>().Count > 0)
        {
            await Task.Yield();
        }

        var parked = Heap();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(ids.Select(id => bench.Silo.Run(id).ResumeAsync(TestSilo.Meta())));
        var resumed = clock.Elapsed.TotalSeconds;
        Bench.Print("paused runs", new
        {
            runs = Paused,
            heapBeforeMB = Math.Round(empty / 1e6, 2),
            heapPausedMB = Math.Round(parked / 1e6, 2),
            bytesPerPausedRun = (parked - empty) / Paused,
            secondsToResumeAll = Math.Round(resumed, 3),
        });
    }

    private static long Heap()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
