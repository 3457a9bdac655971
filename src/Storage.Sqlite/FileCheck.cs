using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using OrleansAgents.Journal;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>What is known to be damaged in the file, and so which lookups may miss what is there. Thread-safe.</summary>
/// <param name="report">Told of each finding once, as it is found.</param>
internal sealed class FileCheck(Action<string>? report = null)
{
    private const int Slice = 10_000;
    private static readonly string[] Tables = ["journals", "events", "commands", "snapshots", "bodies", "body_uses", "deleted", "store"];

    /// <summary>Where a lookup that misses says "unknown". Events are counted by the header and bodies by their uses instead.</summary>
    private static readonly string[] LookedUp = ["journals", "deleted", "commands", "body_uses"];
    private readonly ConcurrentDictionary<string, string> _found = new();

    /// <summary>One sentence for each thing found; empty for a sound file.</summary>
    public IReadOnlyList<string> Found => [.. _found.Keys];

    /// <summary>True when a row of the table may be there although a lookup misses it.</summary>
    public bool Doubts(string table) => !_found.IsEmpty && _found.Values.Contains(table);

    public void Add(string table, string sentence)
    {
        if (_found.TryAdd(sentence, table))
        {
            report?.Invoke(sentence);
        }
    }

    /// <summary>Reads the structure of the file, and the rows whose keys a lookup must be able to trust.</summary>
    public void Run(SqliteConnection db)
    {
        Attempt("file", () => Structure(db, "", "file"));
        if (!_found.IsEmpty)
        {
            foreach (var table in Tables)
            {
                Attempt(table, () => Structure(db, $"('{table}')", table));
            }
        }

        var rows = new Rows(db);
        Attempt("journals", () => rows.Headers(this, "1", int.MaxValue));
        Attempt("deleted", () => rows.CheckDeleted(this));
        Attempt("commands", () => rows.CheckCommands(this));
    }

    /// <summary>The same for a large file, beside reads and writes: piece by piece, so that no snapshot holds the log back for long.</summary>
    /// <remarks>Until it has come to a table, a lookup there is believed when it misses.</remarks>
    public async Task RunAsync(Readers readers, CancellationToken cancellation)
    {
        foreach (var table in LookedUp)
        {
            await AttemptAsync(table, db => Structure(db, $"('{table}')", table));
        }

        var last = 0L;
        await AttemptAsync("journals", db => last = db.Scalar("SELECT max(jid) FROM journals") as long? ?? 0);
        for (var from = 1L; from <= last; from += Slice)
        {
            await AttemptAsync("journals", db => new Rows(db).Headers(this, $"jid BETWEEN {from} AND {from + Slice - 1}", int.MaxValue));
        }

        await AttemptAsync("deleted", db => new Rows(db).CheckDeleted(this));
        await AttemptAsync("commands", db => new Rows(db).CheckCommands(this));

        async Task AttemptAsync(string table, Action<SqliteConnection> check)
        {
            try
            {
                await readers.ReadAsync(
                    "",
                    db =>
                    {
                        Attempt(table, () => check(db));
                        return true;
                    },
                    cancellation);
            }
            catch (Exception e) when (e is JournalDamagedException or StorageRefusedException)
            {
                Add(table, $"{table}: {e.Message}");
            }
        }
    }

    private static List<string> Texts(SqliteConnection db, string sql)
    {
        using var command = db.Command(sql);
        using var reader = command.ExecuteReader();
        var texts = new List<string>();
        while (reader.Read())
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }

    private void Structure(SqliteConnection db, string argument, string table)
    {
        foreach (var text in Texts(db, $"PRAGMA integrity_check{argument}").Where(t => t != "ok"))
        {
            Add(table, $"{table}: {text}");
        }
    }

    private void Attempt(string table, Action check)
    {
        try
        {
            check();
        }
        catch (Exception e) when (e is SqliteException { SqliteErrorCode: 1 or 11 or 26 } or InvalidCastException or InvalidOperationException)
        {
            Add(table, $"{table}: {e.Message}");
        }
    }
}
