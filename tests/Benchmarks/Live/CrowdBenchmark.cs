using System.Diagnostics;

namespace OrleansAgents.Benchmarks.Live;

/// <summary>Many viewers, and many runs at once: latency and what each process uses.</summary>
internal static class CrowdBenchmark
{
    private const int Pace = 50;

    /// <summary>100 viewers of one run.</summary>
    public static async Task ViewersAsync()
    {
        await using var stand = await LiveStand.StartAsync();
        await MeasureAsync(stand, "100 viewers of one run", runs: 1, viewers: 100, tokens: 500);
    }

    /// <summary>500 runs, each with its viewer.</summary>
    public static async Task RunsAsync()
    {
        await using var stand = await LiveStand.StartAsync();
        await MeasureAsync(stand, "warming: 500 runs", runs: 500, viewers: 500, tokens: 250);
        await MeasureAsync(stand, "500 runs at 50 tokens/s", runs: 500, viewers: 500, tokens: 750);
    }

    private static async Task MeasureAsync(LiveStand stand, string figure, int runs, int viewers, int tokens)
    {
        var ids = await stand.StartHeldAsync(runs, tokens, Pace);
        var times = new TokenTimes();
        using var started = new CountdownEvent(viewers);
        var watching = Enumerable.Range(0, viewers).Select(i => stand.WatchAsync(ids[i % runs], times, started)).ToList();
        await Task.Run(() => started.Wait(TimeSpan.FromSeconds(60)));
        await Task.Delay(500);

        var before = Cpu(stand);
        var clock = Stopwatch.StartNew();
        stand.Model.Release();
        var tokensSeen = await Task.WhenAll(watching);
        var seconds = clock.Elapsed.TotalSeconds;
        var after = Cpu(stand);
        var (p50, p99, max) = times.Read();
        Bench.Print(figure, new
        {
            viewers,
            tokensPerSecond = Math.Round(tokensSeen.Sum() / seconds),
            p50Micros = p50,
            p99Micros = p99,
            maxMicros = max,
            viewersThatHaveAll = tokensSeen.Count(t => t == tokens),
            coresGateway = Cores(after.Gateway - before.Gateway),
            coresSilo = Cores(after.Silo - before.Silo),
            coresModelAndClients = Cores(after.Load - before.Load),
        });

        double Cores(TimeSpan used) => Math.Round(used.TotalSeconds / seconds, 2);
    }

    private static (TimeSpan Gateway, TimeSpan Silo, TimeSpan Load) Cpu(LiveStand stand) =>
        (stand.Gateway.Cpu, stand.Silo.Cpu, Process.GetCurrentProcess().TotalProcessorTime);
}
