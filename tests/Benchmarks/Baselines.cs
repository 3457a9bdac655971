using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;
using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;

namespace OrleansAgents.Benchmarks;

/// <summary>What the disk and the bare journal can do on this machine, now: the other figures are read against these.</summary>
internal static partial class Baselines
{
    private const int Writers = 64;
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(3);

    /// <param name="sample">The events of a recorded run: the bare journal writes the same bytes, commit by commit.</param>
    public static async Task RunAsync(IReadOnlyList<JournalEvent> sample)
    {
        using var folder = new TempFolder();
        Flush(folder.File("raw"));
        SingleRows(folder.File("rows.db"));
        await BareAsync(folder.File("bare.db"), Commits(sample));
    }

    /// <summary>The events of each step's commit: a result and the intent that follows from it.</summary>
    private static List<List<(string Type, byte[] Data)>> Commits(IReadOnlyList<JournalEvent> sample) =>
        [.. sample.Where(e => e.Seq > 3).Chunk(2).Select(c => c.Select(e => (e.Type, e.Data)).ToList())];

    private static void Flush(string path)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        var data = Encoding.ASCII.GetBytes(new string('x', 1024));
        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        for (long at = 0; clock.Elapsed < Span; at += data.Length)
        {
            var began = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, data, at);
            if (FDataSync(file) != 0)
            {
                throw new IOException("fdatasync failed.");
            }

            times.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
        }

        Bench.PrintTimes("raw: append 1 KiB + fdatasync", times, clock.Elapsed.TotalSeconds);
    }

    private static void SingleRows(string path)
    {
        using var db = new SqliteConnection($"Data Source={path};Pooling=False");
        db.Open();
        db.Run("PRAGMA journal_mode=WAL");
        db.Run("PRAGMA synchronous=FULL");
        db.Run("CREATE TABLE t (id INTEGER PRIMARY KEY, data BLOB)");
        using var insert = db.Command("INSERT INTO t (data) VALUES ($data)", ("$data", new byte[1024]));
        insert.Prepare();
        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Span)
        {
            var began = Stopwatch.GetTimestamp();
            insert.ExecuteNonQuery();
            times.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
        }

        Bench.PrintTimes("raw: SQLite single-row commit", times, clock.Elapsed.TotalSeconds);
    }

    private static async Task BareAsync(string path, List<List<(string Type, byte[] Data)>> commits)
    {
        await using var journal = new SqliteJournal(path);
        await AppendAsync(journal, 4, commits, TimeSpan.FromSeconds(1), []);
        var alone = new List<double>();
        var (seconds, _) = await Bench.TimeAsync(() => AppendAsync(journal, 1, commits, Span, alone));
        Bench.PrintTimes("bare journal, 1 writer", alone, seconds);
        await CrowdAsync(journal, commits, Span);
    }

    /// <summary>Appends a second of a fresh journal under 64 writers.</summary>
    public static async Task<double> CrowdAsync(IReadOnlyList<JournalEvent> sample, bool print)
    {
        using var folder = new TempFolder();
        await using var journal = new SqliteJournal(folder.File("bare.db"));
        return await CrowdAsync(journal, Commits(sample), TimeSpan.FromSeconds(2), print);
    }

    private static async Task<double> CrowdAsync(SqliteJournal journal, List<List<(string Type, byte[] Data)>> commits, TimeSpan span, bool print = true)
    {
        var appends = 0L;
        var (wall, cpu) = await Bench.TimeAsync(async () => appends = await AppendAsync(journal, Writers, commits, span, null));
        if (print)
        {
            Bench.Print("bare journal, 64 writers", new { appendsPerSecond = Math.Round(appends / wall), cpuMicrosPerAppend = Math.Round(cpu / appends, 1) });
        }

        return appends / wall;
    }

    /// <summary>Each writer fills one journal after another, append by append.</summary>
    private static async Task<long> AppendAsync(
        SqliteJournal journal, int writers, List<List<(string Type, byte[] Data)>> commits, TimeSpan span, List<double>? times)
    {
        var clock = Stopwatch.StartNew();
        var done = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
        {
            var count = 0L;
            while (clock.Elapsed < span)
            {
                var id = "run_" + Guid.NewGuid().ToString("n");
                var head = 0L;
                foreach (var commit in commits)
                {
                    var began = Stopwatch.GetTimestamp();
                    head = await AppendAsync(journal, id, head, commit);
                    times?.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
                    count++;
                }
            }

            return count;
        })));
        return done.Sum();
    }

    private static async Task<long> AppendAsync(SqliteJournal journal, string id, long head, List<(string Type, byte[] Data)> commit)
    {
        var now = DateTimeOffset.UnixEpoch;
        var events = commit.Select((c, i) => new JournalEvent(id, head + 1 + i, now, c.Type, null, c.Data)).ToList();
        var next = head + events.Count;
        var header = new JournalHeader(
            id, Principal.Local, null, "worker", "default", RunStatus.Running, null, "20 steps", next, 1, "me", null, 0, now, now, null);
        var outcome = await journal.AppendAsync(new(id, 1, head, events, header, [], []));
        return outcome == AppendOutcome.Committed ? next : throw new InvalidOperationException($"The append ended as {outcome}.");
    }

    // FileStream.Flush(true) hides the kernel's errors; the call itself does not.
    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle file);
}
