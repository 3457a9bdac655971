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

    /// <summary>Up to 500 runs, each with its viewer, and the model read directly as often: what the machine itself lets through.</summary>
    public static async Task RunsAsync()
    {
        await using var stand = await LiveStand.StartAsync();
        await MeasureAsync(stand, "warming: 500 runs", runs: 500, viewers: 500, tokens: 250);
        foreach (var runs in new[] { 100, 250, 500 })
        {
            await DirectlyAsync(stand, runs, tokens: 500);
            await MeasureAsync(stand, $"{runs} runs at {Pace} tokens/s", runs, runs, tokens: 500);
        }
    }

    private static async Task MeasureAsync(LiveStand stand, string figure, int runs, int viewers, int tokens)
    {
        var ids = await stand.StartHeldAsync(runs, tokens, Pace);
        var times = new TokenTimes();
        using var started = new CountdownEvent(viewers);
        var watching = Enumerable.Range(0, viewers).Select(i => stand.WatchAsync(ids[i % runs], times, started)).ToList();
        await Task.Run(() => started.Wait(TimeSpan.FromSeconds(60)));
        await MeasureAsync(stand, figure, times, watching, tokens);
    }

    private static async Task DirectlyAsync(LiveStand stand, int answers, int tokens)
    {
        var times = new TokenTimes();
        var input = PacedModel.Ask(tokens, Pace, held: true);
        var watching = Enumerable.Range(0, answers).Select(_ => stand.AskDirectlyAsync(input, times)).ToList();
        await stand.HeldAsync(answers);
        await MeasureAsync(stand, $"{answers} answers from the model directly", times, watching, tokens);
    }

    private static async Task MeasureAsync(LiveStand stand, string figure, TokenTimes times, List<Task<int>> watching, int tokens)
    {
        await Task.Delay(500);
        var before = Cpu(stand);
        var clock = Stopwatch.StartNew();
        stand.Model.Release();
        var seen = await Task.WhenAll(watching);
        var seconds = clock.Elapsed.TotalSeconds;
        var after = Cpu(stand);
        var (p50, p99, max) = times.Read();
        Bench.Print(figure, new
        {
            viewers = seen.Length,
            viewersThatHaveAll = seen.Count(t => t == tokens),
            tokensPerSecond = Math.Round(seen.Sum() / seconds),
            p50Micros = p50,
            p99Micros = p99,
            maxMicros = max,
            coresGateway = Cores(after.Gateway - before.Gateway),
            coresSilo = Cores(after.Silo - before.Silo),
            coresModelAndClients = Cores(after.Load - before.Load),
        });

        double Cores(TimeSpan used) => Math.Round(used.TotalSeconds / seconds, 2);
    }

    private static (TimeSpan Gateway, TimeSpan Silo, TimeSpan Load) Cpu(LiveStand stand) =>
        (stand.Gateway.Cpu, stand.Silo.Cpu, Process.GetCurrentProcess().TotalProcessorTime);
}
