using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Journal.Search;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using OrleansAgents.Threads;

namespace OrleansAgents.Benchmarks;

/// <summary>What lists and searches cost a user with very many runs and conversations, asked of the reader grains.</summary>
internal static class ListsBenchmark
{
    private const int Runs = 100_000;
    private const int Threads = 10_000;
    private const int Page = 50;
    private const int Calls = 50;

    /// <summary>Runs of the rare agent and of the rare status. They are the oldest, as are the thread and the page that are asked for: without the right index every newer run is read first.</summary>
    private const int Rare = 100;

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static async Task RunAsync()
    {
        using var folder = new TempFolder();
        await using var journal = new SqliteJournal(folder.File("agents.db"));
        await FillAsync(journal);
        using var index = SqliteThreadIndex.Open(folder.File("agents.db"), journal.Generation);
        await FillAsync(index);
        await using var silo = await TestSilo.StartAsync(journal, new Dictionary<string, string?>(), s => s.AddSingleton<IThreadIndex>(index));
        await ListAsync("runs", new(null, null, null, null, Page));
        await ListAsync("runs by thread", new(ThreadId(0), null, null, null, Page));
        await ListAsync("runs by status", new(null, null, RunStatus.Paused, null, Page));
        await ListAsync("runs by agent", new(null, "rare", null, null, Page));
        await ListAsync("runs by agent and status", new(null, "rare", RunStatus.Failed, null, Page));
        var reader = silo.Grains.GetGrain<IThreadReader>(0);
        var oldest = await OldestPageAsync(reader);
        await PrintAsync("threads with their newest runs", async () =>
            (await reader.ListAsync(Principal.Local, new(oldest, Page))).Items.Count(t => t.Run is not null));
        foreach (var (what, query) in new[] { ("a word of every text", "about"), ("the beginning of a word", "wom"), ("two signs", "退款"), ("a rare word", "quokka"), ("a sequence", "habits of"), ("nothing", "thylacine") })
        {
            await PrintAsync($"search: {what}", async () => (await reader.ListAsync(Principal.Local, new(null, Page, Query: query))).Items.Count);
        }

        Task ListAsync(string what, RunListFilter filter) =>
            PrintAsync(what, async () => (await silo.Reader.ListAsync(Principal.Local, filter)).Items.Count);
    }

    private static async Task<string?> OldestPageAsync(IThreadReader reader)
    {
        string? cursor = null;
        while ((await reader.ListAsync(Principal.Local, new(cursor, Page))).NextCursor is { } next)
        {
            cursor = next;
        }

        return cursor;
    }

    private static async Task PrintAsync(string what, Func<Task<int>> list)
    {
        var items = await list();
        var times = new List<double>();
        for (var call = 0; call < Calls; call++)
        {
            var clock = Stopwatch.StartNew();
            await list();
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        Bench.Print($"list: {what}", new { of = Runs, items, p50Ms = Math.Round(Bench.Median(times), 2), maxMs = Math.Round(times.Max(), 2) });
    }

    /// <summary>Nobody owns the runs and nothing is due, so that the silo leaves them alone.</summary>
    private static async Task FillAsync(SqliteJournal journal)
    {
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(n => AppendAsync(journal, Thread(n))));
        foreach (var some in Enumerable.Range(0, Runs).Chunk(1_000))
        {
            await Task.WhenAll(some.Select(n => AppendAsync(journal, Run(n))));
        }
    }

    /// <summary>Each thread with its title and two turns of a question and an answer.</summary>
    private static async Task FillAsync(SqliteThreadIndex index)
    {
        foreach (var n in Enumerable.Range(0, Threads))
        {
            var animal = n % 500 == 0 ? "quokka" : n % 3 == 0 ? "wombat" : "zebra";
            string[] texts = [$"Tell me about the {animal} number {n}.", $"The {animal} sleeps by day. {(n % 50 == 0 ? "请在三天内退款。" : "")} " + string.Concat(Enumerable.Repeat($"Much is known about its habits of {n % 97} kinds. ", 20))];
            await index.PutAsync(new(ThreadId(n), Principal.Local, $"What is question {n} about?", 1, [new(1, RunId(2 * n), texts), new(2, RunId((2 * n) + 1), texts)]));
        }
    }

    private static Task AppendAsync(SqliteJournal journal, JournalHeader h) =>
        journal.AppendAsync(new(h.Id, 1, 0, [new(h.Id, 1, h.CreatedAt, "run.created", null, "{}"u8.ToArray())], h, [], []));

    private static JournalHeader Thread(int n) => Header(ThreadId(n), null, "agent-0", RunStatus.Completed, n * (Runs / Threads)) with { Kind = JournalKind.Thread, ActiveAt = Start.AddSeconds(n), EndedAt = null };

    private static JournalHeader Run(int n) => n < Rare
        ? Header(RunId(n), ThreadOf(n), "rare", n % 2 == 0 ? RunStatus.Paused : RunStatus.Failed, n)
        : Header(RunId(n), ThreadOf(n), $"agent-{n % 7}", n % 10 == 0 ? RunStatus.Failed : RunStatus.Completed, n);

    private static JournalHeader Header(string id, string? thread, string agent, RunStatus status, int n) => new(
        id, Principal.Local, thread, agent, "default", status, null, $"What is question {n} about?", 1, 1, null, null, 1, Start.AddSeconds(n), Start.AddSeconds(n),
        status == RunStatus.Paused ? null : Start.AddSeconds(n));

    private static string ThreadOf(int run) => ThreadId(run / (Runs / Threads));

    private static string ThreadId(int n) => $"thr_{n:d32}";

    private static string RunId(int n) => $"run_{n:d32}";
}
