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
    public const int Version = 4;

    private const string GenerationRow = "generation";

    /// <summary>Bits of an event's rowid that hold the seq.</summary>
    public const int SeqBits = 24;

    /// <summary>Lists of runs by agent and by status. The agent in the second lets a list by both skip runs without reading them.</summary>
    private const string ListIndexes = """
        CREATE INDEX journals_agent ON journals (tenant, user, agent, created_at, id) WHERE kind = 0;
        CREATE INDEX journals_status ON journals (tenant, user, status, created_at, id, agent) WHERE kind = 0;
        """;

    /// <summary>Lists of threads by their activity, where the marks let a list skip threads without reading them; and threads of all users by their last change.</summary>
    private const string ThreadIndexes = """
        CREATE INDEX journals_active ON journals (tenant, user, active_at, id, marks) WHERE kind = 1;
        CREATE INDEX journals_changed ON journals (updated_at, id) WHERE kind = 1;
        """;

    private const string Tables = $"""
        CREATE TABLE journals (
            jid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind INTEGER NOT NULL, partition INTEGER NOT NULL,
            tenant TEXT NOT NULL, user TEXT NOT NULL, thread TEXT, agent TEXT NOT NULL, model TEXT NOT NULL, summary TEXT NOT NULL,
            created_at INTEGER NOT NULL, status INTEGER NOT NULL, reason TEXT, head INTEGER NOT NULL, epoch INTEGER NOT NULL,
            owner TEXT, wake_at INTEGER, published INTEGER NOT NULL, updated_at INTEGER NOT NULL, ended_at INTEGER,
            checksum INTEGER NOT NULL, generation INTEGER NOT NULL DEFAULT 1, marks INTEGER NOT NULL DEFAULT 0, active_at INTEGER);
        CREATE INDEX journals_list ON journals (kind, tenant, user, created_at, id);
        CREATE INDEX journals_thread ON journals (thread, created_at, id) WHERE thread IS NOT NULL;
        CREATE INDEX journals_owner ON journals (owner) WHERE owner IS NOT NULL;
        CREATE INDEX journals_resting ON journals (updated_at) WHERE owner IS NULL;
        CREATE INDEX journals_wake ON journals (wake_at) WHERE wake_at IS NOT NULL;
        CREATE INDEX journals_waiting ON journals (reason, partition) WHERE status = 2;
        {ListIndexes}
        {ThreadIndexes}
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
        CREATE TABLE deleted (id TEXT PRIMARY KEY, checksum INTEGER NOT NULL, tenant TEXT, user TEXT) WITHOUT ROWID;
        CREATE TABLE store (name TEXT PRIMARY KEY, value INTEGER NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID;
        """;

    /// <summary>Leaves every row as it is: a header of the first generation has the checksum that it had before there were any.</summary>
    private const string From1To2 = """
        ALTER TABLE journals ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;
        CREATE INDEX journals_waiting ON journals (reason, partition) WHERE status = 2;
        CREATE TABLE store (name TEXT PRIMARY KEY, value INTEGER NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID;
        ALTER TABLE deleted ADD COLUMN tenant TEXT;
        ALTER TABLE deleted ADD COLUMN user TEXT;
        """;

    /// <summary>A thread's header without marks, whose activity is the time of its change, has the checksum that it had before there were any.</summary>
    private const string From3To4 = $"""
        ALTER TABLE journals ADD COLUMN marks INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE journals ADD COLUMN active_at INTEGER;
        UPDATE journals SET active_at = updated_at WHERE kind = 1;
        {ThreadIndexes}
        """;

    /// <summary>Checks the version; makes the tables in an empty file, and brings those of an older one up to date, with a copy of it kept beside.</summary>
    /// <returns>Where the copy is, when one was made.</returns>
    /// <exception cref="StorageUnusableException">The file is of a newer build, or has no tables and can get none.</exception>
    public static string? Prepare(SqliteConnection db, string path, bool writable)
    {
        var version = VersionOf(db, path);

        if (version == 0 && !writable)
        {
            throw new StorageUnusableException($"{path} is not a store, or an empty one that cannot be written. Name another file in Storage:ConnectionString.");
        }

        if (version == 0)
        {
            db.Run("PRAGMA journal_mode = WAL");
            db.Run($"BEGIN IMMEDIATE; {Tables}");
            SetGeneration(db, 1);
            db.Run($"PRAGMA user_version = {Version}; COMMIT;");
            return null;
        }

        if (version < Version && !writable)
        {
            throw new StorageUnusableException(
                $"{path} was written by an earlier build (schema {version}; this build writes {Version}). It is brought up to date when a service opens it for writing, or by restore.");
        }

        var copy = version < Version ? StoreCopy.BesideOf(path, version) : null;
        if (copy is not null)
        {
            StoreCopy.Write(path, copy);
            Migrate(db);
        }

        if (writable)
        {
            // A restored file has no log yet.
            db.Run("PRAGMA journal_mode = WAL");
        }

        return copy;
    }

    /// <exception cref="StorageUnusableException">It is of a newer build.</exception>
    public static int VersionOf(SqliteConnection db, string path) => Convert.ToInt32(db.Scalar("PRAGMA user_version")) is var version && version > Version
        ? throw new StorageUnusableException(
            $"{path} was written by a newer build (schema {version}; this build reads up to {Version}). Start that build, or name another file in Storage:ConnectionString.")
        : version;

    /// <summary>In one transaction: the file is of the older version or of this one.</summary>
    public static void Migrate(SqliteConnection db)
    {
        db.Run("BEGIN IMMEDIATE");
        var version = Convert.ToInt32(db.Scalar("PRAGMA user_version"));
        if (version < 2)
        {
            db.Run(From1To2);
            SetGeneration(db, 1);
        }

        if (version < 3)
        {
            db.Run(ListIndexes);
        }

        if (version < 4)
        {
            db.Run(From3To4);
        }

        db.Run($"PRAGMA user_version = {Version}; COMMIT;");
    }

    public static void SetGeneration(SqliteConnection db, long generation) => db.Run(
        "INSERT INTO store (name,value,checksum) VALUES ($name,$value,$sum) ON CONFLICT DO UPDATE SET value=excluded.value,checksum=excluded.checksum",
        ("$name", GenerationRow), ("$value", generation), ("$sum", new Checksums().Of(GenerationRow, generation)));

    /// <summary>Null when what is stored is not what was written.</summary>
    public static long? Generation(SqliteConnection db)
    {
        using var command = db.Command("SELECT value,checksum FROM store WHERE name=$name", ("$name", GenerationRow));
        using var reader = command.ExecuteReader();
        return reader.Read() && reader.GetInt64(0) is var generation && new Checksums().Of(GenerationRow, generation) == reader.GetInt64(1) ? generation : null;
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
