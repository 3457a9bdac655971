using Microsoft.Data.Sqlite;
using OrleansAgents.Journal;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>The tables, and how a file comes to have them.</summary>
/// <remarks>
/// An event's rowid is its journal's number and its seq, so that a run's events lie together, need no second index, and an
/// append costs the same at step 10 and at step 10,000. Times are microseconds since 1970.
/// </remarks>
internal static class Schema
{
    public const int Version = 1;

    /// <summary>Bits of an event's rowid that hold the seq.</summary>
    public const int SeqBits = 24;

    private const string Tables = """
        CREATE TABLE journals (
            jid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind INTEGER NOT NULL, partition INTEGER NOT NULL,
            tenant TEXT NOT NULL, user TEXT NOT NULL, thread TEXT, agent TEXT NOT NULL, model TEXT NOT NULL, summary TEXT NOT NULL,
            created_at INTEGER NOT NULL, status INTEGER NOT NULL, reason TEXT, head INTEGER NOT NULL, epoch INTEGER NOT NULL,
            owner TEXT, wake_at INTEGER, published INTEGER NOT NULL, updated_at INTEGER NOT NULL, ended_at INTEGER,
            checksum INTEGER NOT NULL);
        CREATE INDEX journals_list ON journals (kind, tenant, user, created_at, id);
        CREATE INDEX journals_thread ON journals (thread, created_at, id) WHERE thread IS NOT NULL;
        CREATE INDEX journals_owner ON journals (owner) WHERE owner IS NOT NULL;
        CREATE INDEX journals_resting ON journals (updated_at) WHERE owner IS NULL;
        CREATE INDEX journals_wake ON journals (wake_at) WHERE wake_at IS NOT NULL;
        CREATE TABLE events (
            rowid INTEGER PRIMARY KEY, at INTEGER NOT NULL, type TEXT NOT NULL, command TEXT, checksum INTEGER NOT NULL,
            data BLOB NOT NULL);
        CREATE TABLE commands (
            jid INTEGER NOT NULL, id TEXT NOT NULL, hash TEXT NOT NULL, seq INTEGER NOT NULL, checksum INTEGER NOT NULL,
            PRIMARY KEY (jid, id)) WITHOUT ROWID;
        CREATE TABLE snapshots (
            jid INTEGER PRIMARY KEY, seq INTEGER NOT NULL, fold INTEGER NOT NULL, checksum INTEGER NOT NULL, data BLOB NOT NULL);
        CREATE TABLE bodies (ref TEXT PRIMARY KEY, data BLOB NOT NULL);
        CREATE TABLE body_uses (ref TEXT NOT NULL, jid INTEGER NOT NULL, PRIMARY KEY (ref, jid)) WITHOUT ROWID;
        CREATE INDEX body_uses_journal ON body_uses (jid);
        CREATE TABLE deleted (id TEXT PRIMARY KEY, checksum INTEGER NOT NULL) WITHOUT ROWID;
        """;

    /// <summary>Checks the version; makes the tables in an empty file.</summary>
    /// <exception cref="StorageUnusableException">The file is of a newer build, or has no tables and can get none.</exception>
    public static void Prepare(SqliteConnection db, string path, bool writable)
    {
        var version = Convert.ToInt32(db.Scalar("PRAGMA user_version"));
        if (version > Version)
        {
            throw new StorageUnusableException(
                $"{path} was written by a newer build (schema {version}; this build reads up to {Version}). Start that build, or name another file in Storage:ConnectionString.");
        }

        if (version == 0 && !writable)
        {
            throw new StorageUnusableException($"{path} is not a store, or an empty one that cannot be written. Name another file in Storage:ConnectionString.");
        }

        if (version == 0)
        {
            db.Run("PRAGMA journal_mode = WAL");
            db.Run($"BEGIN IMMEDIATE; {Tables} PRAGMA user_version = {Version}; COMMIT;");
        }
    }
}

/// <summary>Short forms for cold statements.</summary>
internal static class SqliteConnectionExtensions
{
    public static SqliteCommand Command(this SqliteConnection db, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = db.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }

    public static int Run(this SqliteConnection db, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = db.Command(sql, parameters);
        return command.ExecuteNonQuery();
    }

    public static object? Scalar(this SqliteConnection db, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = db.Command(sql, parameters);
        return command.ExecuteScalar() is { } value and not DBNull ? value : null;
    }
}
