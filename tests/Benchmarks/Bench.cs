using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Client.Live;
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

    /// <summary>Starts a run and waits for its last event on the live tail, as a follower that costs next to nothing.</summary>
    /// <param name="seen">Called on the run's own thread.</param>
    public async Task RunAsync(int steps, Action<JournalEvent>? seen = null)
    {
        var id = "run_" + Guid.NewGuid().ToString("n");
        var hub = silo.Services.GetRequiredService<LiveHub>();
        var topic = hub.Acquire(id);
        var ending = new Ending(seen);
        topic.Add(ending);
        try
        {
            await silo.Run(id).StartAsync(new StartRun("worker", $"{steps} steps", Budget: new(Steps: steps + 1)), TestSilo.Meta());
            await ending.Task;
        }
        finally
        {
            topic.Remove(ending);
            hub.Release(topic);
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

    public static double Median(IEnumerable<double> values) => Percentile([.. values.Order()], 0.5);

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

    /// <summary>Sees a run to its end.</summary>
    private sealed class Ending(Action<JournalEvent>? seen) : ILiveFollower
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Task => _ended.Task;

        public void Offer(LiveItem item)
        {
            if (item.Event is { } e)
            {
                seen?.Invoke(e);
                if (e.Type == "run.completed")
                {
                    _ended.TrySetResult();
                }
            }
        }

        public void FallBehind() => _ended.TrySetException(new InvalidOperationException("The live tail has a hole."));
    }
}
