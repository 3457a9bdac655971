using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using OrleansAgents.Testing;
using OrleansAgents.Testing.Viewers;

namespace OrleansAgents.Benchmarks;

/// <summary>Many viewers of one run, alone and beside some that read a byte a second; the service is a process of its own.</summary>
internal static class SlowReadersBenchmark
{
    private const int Pieces = 1_000;
    private const int Passes = 5;

    public static async Task RunAsync(int normal, int slow)
    {
        var (alone, beside) = (new List<(double Seconds, long PeakMiB)>(), new List<(double Seconds, long PeakMiB)>());
        for (var pass = 0; pass < Passes; pass++)
        {
            // In turns, now the one first and now the other.
            foreach (var withSlow in new[] { pass % 2 == 1, pass % 2 == 0 })
            {
                (withSlow ? beside : alone).Add(await MeasureAsync(normal, withSlow ? slow : 0));
            }
        }

        Bench.Print("slow", new
        {
            normal,
            slow,
            secondsAlone = alone.Select(m => Math.Round(m.Seconds, 2)),
            secondsBeside = beside.Select(m => Math.Round(m.Seconds, 2)),
            ratio = Math.Round(Bench.Median(beside.Select(m => m.Seconds)) / Bench.Median(alone.Select(m => m.Seconds)), 3),
            peakMiBAlone = alone.Max(m => m.PeakMiB),
            peakMiBBeside = beside.Max(m => m.PeakMiB),
        });
    }

    /// <summary>From the moment that all watch until all normal ones have seen the run's end.</summary>
    private static async Task<(double Seconds, long PeakMiB)> MeasureAsync(int normal, int slow)
    {
        using var folder = new TempFolder();
        var audience = new Audience(normal + slow);
        await using var models = await ModelServer.StartAsync(_ => new Reply()
            .Text("begun ").Wait(audience.AllAsync(1, 1, 6)).Text([.. Enumerable.Repeat(new string('x', 1024), Pieces)]).Finish("stop"));
        await using var service = await ServiceProgram.StandaloneAsync(
            folder.File("agents.db"), TestSilo.ModelAt(models).ToDictionary(s => s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value!));
        using var started = await service.Client.PostAsJsonAsync("/v1/runs", new { agent = "docs", input = "Write a book." });
        var run = (await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        using var end = new CancellationTokenSource();
        using var sleepy = SlowClient.Create(new TaskCompletionSource().Task);
        var slowOnes = Enumerable.Range(0, slow)
            .Select(_ => WatchAsync(Watches.Sse(sleepy, service.Client.BaseAddress!, run, null, end.Token))).ToList();
        var normalOnes = Enumerable.Range(0, normal)
            .Select(_ => WatchAsync(Watches.Sse(service.Client.BaseAddress!, run, null, end.Token))).ToList();
        await audience.AllAsync(1, 1, 6);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(normalOnes);
        var result = (clock.Elapsed.TotalSeconds, service.PeakMiB);
        await end.CancelAsync();
        await Task.WhenAll(slowOnes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return result;

        async Task WatchAsync(IAsyncEnumerable<Told> stream)
        {
            await foreach (var told in stream)
            {
                audience.Heard(told);
            }
        }
    }
}
