using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Events;
using OrleansAgents.Live;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;

namespace OrleansAgents.Benchmarks;

/// <summary>A silo on a journal file of its own, with the stand-in model.</summary>
internal sealed class Bench(TempFolder? folder, string file, SqliteJournal journal, TestSilo silo) : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public TestSilo Silo => silo;

    /// <param name="file">The journal file; a new one that goes with the bench where null.</param>
    public static async Task<Bench> StartAsync(string? file = null)
    {
        var folder = file is null ? new TempFolder() : null;
        file ??= folder!.File("agents.db");
        var journal = new SqliteJournal(file);
        return new(folder, file, journal, await TestSilo.StartAsync(journal, new Dictionary<string, string?>(), StandIn.Add));
    }

    /// <param name="slow">Its tool takes a moment, so that the run can be stopped on its way.</param>
    public Task<string> StartRunAsync(int steps, bool slow = false) =>
        silo.StartRunAsync(slow ? "slow" : "worker", $"{steps} steps", new Budget(Steps: steps + 1));

    /// <summary>Closes everything and gives the bytes that are left on disk.</summary>
    public async Task<long> CloseAndSizeAsync()
    {
        await silo.DisposeAsync();
        await journal.DisposeAsync();
        var bytes = new DirectoryInfo(Path.GetDirectoryName(file)!).EnumerateFiles().Sum(f => f.Length);
        folder?.Dispose();
        return bytes;
    }

    /// <summary>Starts a run and waits for its last event on the live tail.</summary>
    public async Task RunAsync(int steps, Action<JournalEvent>? seen = null)
    {
        var id = "run_" + Guid.NewGuid().ToString("n");
        using var tail = silo.Services.GetRequiredService<ILiveTail>().Subscribe(id);
        await silo.Run(id).StartAsync(new StartRun("worker", $"{steps} steps", Budget: new(Steps: steps + 1)), TestSilo.Meta());
        while (true)
        {
            await tail.WaitAsync(CancellationToken.None);
            while (tail.TryRead(out var item))
            {
                if (item.Event is { } e)
                {
                    seen?.Invoke(e);
                    if (e.Type == "run.completed")
                    {
                        return;
                    }
                }
            }

            if (tail.Behind)
            {
                throw new InvalidOperationException("The benchmark read too slowly.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await silo.DisposeAsync();
        await journal.DisposeAsync();
        folder?.Dispose();
    }

    /// <summary>One JSON line.</summary>
    public static void Print(string figure, object values) =>
        Console.WriteLine($$"""{"figure":{{JsonSerializer.Serialize(figure, Plain)}},{{JsonSerializer.Serialize(values, Plain)[1..]}}""");

    public static void PrintTimes(string figure, List<double> micros, double seconds)
    {
        micros.Sort();
        Print(figure, new
        {
            p50Micros = Math.Round(Percentile(micros, 0.5)),
            p99Micros = Math.Round(Percentile(micros, 0.99)),
            perSecond = Math.Round(micros.Count / seconds),
        });
    }

    public static double Percentile(List<double> sorted, double p) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * p))];

    /// <summary>Wall seconds and CPU microseconds of this process.</summary>
    public static async Task<(double Seconds, double CpuMicros)> TimeAsync(Func<Task> work)
    {
        var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        await work();
        process.Refresh();
        return (clock.Elapsed.TotalSeconds, (process.TotalProcessorTime - cpu).TotalMicroseconds);
    }
}
