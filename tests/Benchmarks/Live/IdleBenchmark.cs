using System.Diagnostics;

namespace OrleansAgents.Benchmarks.Live;

/// <summary>What quiet viewers and runs hold.</summary>
internal static class IdleBenchmark
{
    private const int Viewers = 10_000;
    private const int Burst = 20;

    /// <summary>10,000 viewers of runs that say nothing; then all of them get a burst. Needs some 11,000 file descriptors for each process.</summary>
    public static async Task ViewersAsync()
    {
        await using var stand = await LiveStand.StartAsync();
        foreach (var (runs, viewers) in new[] { (10, 500), (100, Viewers) })
        {
            var ids = await stand.StartHeldAsync(runs, Burst, 0);
            var times = new TokenTimes();
            using var started = new CountdownEvent(viewers);
            var before = (stand.Gateway.WorkingSet, stand.Gateway.Cpu);
            var clock = Stopwatch.StartNew();
            var watching = new List<Task<int>>();
            foreach (var crowd in Enumerable.Range(0, viewers).Chunk(100))
            {
                // As many connections as a listen queue takes.
                watching.AddRange(crowd.Select(i => stand.WatchAsync(ids[i % runs], times, started, 512)));
                await Task.Run(() => SpinWait.SpinUntil(() => started.InitialCount - started.CurrentCount > watching.Count - 400, 10_000));
            }

            await Task.Run(() => started.Wait(TimeSpan.FromSeconds(60)));
            var opened = clock.Elapsed.TotalSeconds;
            await Task.Delay(1_000);
            var open = (stand.Gateway.WorkingSet, stand.Gateway.Cpu);
            var quiet = viewers < Viewers ? 1 : 12;
            await Task.Delay(TimeSpan.FromSeconds(quiet));
            var idle = (stand.Gateway.WorkingSet, stand.Gateway.Cpu);

            clock.Restart();
            stand.Model.Release();
            var seen = await Task.WhenAll(watching);
            var burst = clock.Elapsed.TotalSeconds;
            var (p50, p99, max) = times.Read();
            Bench.Print(viewers < Viewers ? "warming: idle viewers" : "idle viewers", new
            {
                runs,
                viewers,
                secondsToOpen = Math.Round(opened, 2),
                bytesPerViewer = (open.WorkingSet - before.WorkingSet) / viewers,
                bytesPerQuietViewer = (idle.WorkingSet - before.WorkingSet) / viewers,
                gatewayCpuMicrosToOpenOne = Math.Round((open.Cpu - before.Cpu).TotalMicroseconds / viewers),
                coresWhileQuiet = Math.Round((idle.Cpu - open.Cpu).TotalSeconds / quiet, 3),
                viewersThatHaveTheBurst = seen.Count(t => t == Burst),
                secondsToTheLast = Math.Round(burst, 2),
                p50Micros = p50,
                maxMicros = max,
            });
        }
    }

    /// <summary>Runs in an open model call that says nothing, without a viewer.</summary>
    public static async Task RunsAsync()
    {
        const int Runs = 1_000;
        await using var stand = await LiveStand.StartAsync();
        await stand.StartHeldAsync(100, 1, 0);
        var before = stand.Silo.WorkingSet;
        await stand.StartHeldAsync(Runs, 1, 0);
        await Task.Delay(1_000);
        Bench.Print("live runs in the silo", new { runs = Runs, bytesPerRun = (stand.Silo.WorkingSet - before) / Runs });
    }
}
