using Microsoft.Data.Sqlite;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>The file of an index: its tables, and whether it can be used. Whatever is wrong with it, it is replaced and filled again.</summary>
internal static class IndexFile
{
    /// <summary>Raised whenever the tables change, or words are cut differently.</summary>
    private const int Version = 1;

    private const string Tables = """
        CREATE TABLE state (since INTEGER NOT NULL, generation INTEGER NOT NULL);
        CREATE TABLE threads (tid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, tenant TEXT NOT NULL, user TEXT NOT NULL, head INTEGER NOT NULL);
        CREATE TABLE gone (id TEXT PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE users (uid INTEGER PRIMARY KEY, tenant TEXT NOT NULL, user TEXT NOT NULL, UNIQUE (tenant, user));
        CREATE TABLE texts (rowid INTEGER PRIMARY KEY, tid INTEGER NOT NULL, uid INTEGER NOT NULL, turn INTEGER NOT NULL, run TEXT, body TEXT NOT NULL);
        CREATE INDEX texts_thread ON texts (tid, turn);
        CREATE INDEX texts_run ON texts (run) WHERE run IS NOT NULL;
        CREATE VIRTUAL TABLE words USING fts5(who, body, content='', tokenize='ascii');
        INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
        """;

    /// <summary>Null for a file that is damaged, of another build, or of a store that was replaced.</summary>
    public static SqliteConnection? Usable(string path, long generation)
    {
        SqliteConnection? db = null;
        try
        {
            db = Connect(path, SqliteOpenMode.ReadWriteCreate);
            var isOurs = db.Scalar("PRAGMA user_version") is (long)Version && db.Scalar("SELECT generation FROM state") is long of && of == generation
                && db.Scalar("PRAGMA quick_check(1)") is "ok";
            if (isOurs)
            {
                return db;
            }
        }
        catch (SqliteException)
        {
            // Falls through: whatever it is, it can be built again.
        }

        db?.Dispose();
        return null;
    }

    /// <summary>Whether only a new file helps: damage, tables that are missing (1), pages that cannot be read (10), or a file that could not be opened again.</summary>
    public static bool IsUnusable(Exception e) =>
        e is SqliteException { SqliteErrorCode: 1 or 10 or 11 or 14 or 26 } or InvalidOperationException;

    /// <summary>Ids of what was removed; none where they cannot be read.</summary>
    public static List<string> Gone(SqliteConnection db)
    {
        var ids = new List<string>();
        try
        {
            using var command = db.Command("SELECT id FROM gone");
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                ids.Add(reader.GetString(0));
            }
        }
        catch (Exception e) when (e is SqliteException or InvalidOperationException)
        {
            // The file is replaced because it is damaged.
        }

        return ids;
    }

    public static SqliteConnection Anew(string path, long generation)
    {
        foreach (var part in new[] { path, path + "-wal", path + "-shm" })
        {
            File.Delete(part);
        }

        var db = Connect(path, SqliteOpenMode.ReadWriteCreate);
        db.Run($"BEGIN; {Tables} INSERT INTO state VALUES ({Checksums.Micros(DateTimeOffset.MinValue)}, {generation}); PRAGMA user_version = {Version}; COMMIT;");
        return db;
    }

    public static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
        try
        {
            db.Open();
            if (mode != SqliteOpenMode.ReadOnly)
            {
                db.Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA busy_timeout = 1000;");
            }

            return db;
        }
        catch
        {
            db.Dispose();
            throw;
        }
    }
}
