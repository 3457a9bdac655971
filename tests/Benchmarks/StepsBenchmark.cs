using System.Diagnostics;
using System.Runtime;
using System.Text.Json;
using OrleansAgents.Events;

namespace OrleansAgents.Benchmarks;

/// <summary>What a durable step costs, through the real grain, journal and event path.</summary>
internal static class StepsBenchmark
{
    /// <summary>Steps of a short run: model and tool calls in turn, the last one the answer.</summary>
    private const int S = 20;

    /// <summary>Baselines first, so that every figure can be read against the disk of this very minute.</summary>
    public static async Task BaselinesAsync() => await Baselines.RunAsync(await SampleAsync());

    /// <summary>64 runs at a time against the bare journal under 64 writers, five interleaved passes.</summary>
    public static async Task RatioAsync()
    {
        var sample = await SampleAsync();
        var ratios = new List<double>();
        await WarmAsync(() => PassAsync(print: false));
        for (var pass = 0; pass < 5; pass++)
        {
            ratios.Add(await PassAsync(print: true));
        }

        Bench.Print("steps against the bare journal", new { ratios = ratios.Select(r => Math.Round(r, 3)), median = Math.Round(Bench.Median(ratios), 3) });

        async Task<double> PassAsync(bool print)
        {
            var bare = await Baselines.CrowdAsync(sample, print);
            await using var bench = await Bench.StartAsync();
            return await ThroughputAsync(bench, 64, 2_000, print) / bare;
        }
    }

    /// <summary>Until the compiler has settled: a service runs for days, not for its first seconds.</summary>
    private static async Task WarmAsync(Func<Task> pass)
    {
        for (var (passes, compiled) = (0, long.MaxValue); compiled > 50 && passes < 20; passes++)
        {
            var before = JitInfo.GetCompiledMethodCount();
            await pass();
            compiled = JitInfo.GetCompiledMethodCount() - before;
            Console.Error.WriteLine($"warming: {compiled} methods compiled");
        }
    }

    private static async Task<List<JournalEvent>> SampleAsync()
    {
        var sample = new List<JournalEvent>();
        await using var bench = await Bench.StartAsync();
        await bench.RunAsync(S, sample.Add);
        return sample;
    }

    public static async Task ThroughputAsync()
    {
        await using var bench = await Bench.StartAsync();
        await WarmAsync(() => ThroughputAsync(bench, 64, 2_000, print: false));
        await AloneAsync(bench);
        foreach (var c in new[] { 1, 16, 64 })
        {
            await ThroughputAsync(bench, c, c == 1 ? 100 : 80 * c, print: true);
        }
    }

    /// <summary><paramref name="c"/> runs at a time until <paramref name="total"/> have ended.</summary>
    private static async Task<double> ThroughputAsync(Bench bench, int c, int total, bool print)
    {
        var left = total;
        var steps = 0;
        var (seconds, cpu) = await Bench.TimeAsync(() => Task.WhenAll(Enumerable.Range(0, c).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await bench.RunAsync(S, e => Interlocked.Add(ref steps, IsResult(e) ? 1 : 0));
            }
        })));
        if (print)
        {
            Bench.Print("steps", new
            {
                c,
                s = S,
                runs = total,
                stepsPerSecond = Math.Round(steps / seconds),
                cpuMicrosPerStep = Math.Round(cpu / steps, 1),
            });
        }

        return steps / seconds;
    }

    /// <summary>From one durable step to the next, one run alone.</summary>
    private static async Task AloneAsync(Bench bench)
    {
        var times = new List<double>();
        for (var i = 0; i < 100; i++)
        {
            times.AddRange(await IntervalsAsync(bench, S));
        }

        Bench.PrintTimes("step alone", times, times.Sum() / 1e6);
    }

    /// <summary>Milliseconds per step of one run, by its length.</summary>
    public static async Task LengthsAsync()
    {
        await using var bench = await Bench.StartAsync();
        await bench.RunAsync(200);
        foreach (var s in new[] { 20, 200, 1_000, 10_000 })
        {
            var clock = Stopwatch.StartNew();
            await bench.RunAsync(s);
            Bench.Print("one run", new { s, millisPerStep = Math.Round(clock.Elapsed.TotalMilliseconds / s, 4) });
        }
    }

    /// <summary>The median step early and late in runs of 10,000 steps, five interleaved passes.</summary>
    public static async Task FlatnessAsync()
    {
        await using var bench = await Bench.StartAsync();
        var (early, late) = (new List<double>(), new List<double>());
        for (var pass = 0; pass < 5; pass++)
        {
            var times = await IntervalsAsync(bench, 10_000);
            early.Add(Bench.Median(times[200..400]));
            late.Add(Bench.Median(times[9_800..Math.Min(times.Count, 10_000)]));
        }

        Bench.Print("flatness", new
        {
            earlyMicros = early.Select(t => Math.Round(t)),
            lateMicros = late.Select(t => Math.Round(t)),
            ratio = Math.Round(Bench.Median(late) / Bench.Median(early), 3),
        });
    }

    /// <summary>The file after a checkpoint, against the events' JSON as the API serves it.</summary>
    public static async Task BytesAsync()
    {
        const int Runs = 500;
        var bench = await Bench.StartAsync();
        var (steps, json) = (0, 0L);
        var buffer = new MemoryStream();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            for (var i = 0; i < Runs / 16; i++)
            {
                await bench.RunAsync(S, e =>
                {
                    lock (buffer)
                    {
                        steps += IsResult(e) ? 1 : 0;
                        json += SizeOf(e, buffer);
                    }
                });
            }
        }));
        var bytes = await bench.CloseAndSizeAsync();
        Bench.Print("bytes", new
        {
            steps,
            bytesPerStep = Math.Round((double)bytes / steps),
            jsonPerStep = Math.Round((double)json / steps),
            ratio = Math.Round((double)bytes / json, 3),
        });
    }

    private static async Task<List<double>> IntervalsAsync(Bench bench, int steps)
    {
        var times = new List<double>(steps);
        var last = 0L;
        await bench.RunAsync(steps, e =>
        {
            if (IsResult(e))
            {
                var now = Stopwatch.GetTimestamp();
                if (last != 0)
                {
                    times.Add(Stopwatch.GetElapsedTime(last, now).TotalMicroseconds);
                }

                last = now;
            }
        });
        return times;
    }

    private static bool IsResult(JournalEvent e) => e.Type is "model.completed" or "tool.completed";

    private static long SizeOf(JournalEvent e, MemoryStream buffer)
    {
        buffer.SetLength(0);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            e.WriteTo(writer);
        }

        return buffer.Length;
    }
}
