using Microsoft.Data.Sqlite;
using OrleansAgents.Journal;
using SQLitePCL;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>Copies a store as it was at one instant, page by page, beside the process that works on it.</summary>
/// <remarks>
/// The copy is of one read transaction, begun before the first page: all that was acknowledged before is in it. The writer goes on
/// meanwhile; only its log cannot shrink until the copy is done. The file is on disk before it gets its name, and its name is on
/// disk before this returns.
/// </remarks>
internal static class StoreCopy
{
    private const int PagesAtOnce = 1_024;

    /// <summary>A free name for the file as version <paramref name="version"/> left it.</summary>
    public static string BesideOf(string path, int version)
    {
        var name = $"{path}.schema-{version}";
        return !File.Exists(name) ? name : Enumerable.Range(2, int.MaxValue - 2).Select(n => $"{name}.{n}").First(n => !File.Exists(n));
    }

    /// <exception cref="StorageUnusableException">It does not.</exception>
    public static void MustExist(string path)
    {
        if (!File.Exists(path))
        {
            throw new StorageUnusableException($"There is no file {path}.");
        }
    }

    /// <param name="finish">Changes the copy before it gets its name.</param>
    /// <param name="progress">Told how much of it is copied, in percent.</param>
    /// <exception cref="StorageUnusableException">The source is no store of this build or an earlier one, or the target exists.</exception>
    /// <exception cref="SqliteException">A file cannot be read or written; nothing has the target's name.</exception>
    public static void Write(string source, string target, Action<SqliteConnection>? finish = null, Action<int>? progress = null)
    {
        MustExist(source);
        MustBeFree(target);
        var part = target + ".part";
        if (File.Exists(part))
        {
            throw new StorageUnusableException($"{part} exists: another copy is being made, or one was cut off. Delete it when nobody writes it.");
        }

        try
        {
            CopyPages(source, part, progress);
            using (var db = Open(part))
            {
                // Out of the mode that needs a log beside it: a backup is one file.
                db.Run("PRAGMA journal_mode = DELETE");
                finish?.Invoke(db);
            }

            Name(part, target);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static void CopyPages(string source, string part, Action<int>? progress)
    {
        using var from = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = source, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        from.Open();
        using var snapshot = from.BeginTransaction(deferred: true);
        if (Schema.VersionOf(from, source) == 0)
        {
            throw new StorageUnusableException($"{source} is not a store.");
        }

        using var to = Open(part);
        to.Run("PRAGMA journal_mode = OFF");
        using var copy = raw.sqlite3_backup_init(to.Handle, "main", from.Handle, "main");
        for (var (code, told) = (raw.SQLITE_OK, 0); code != raw.SQLITE_DONE;)
        {
            code = copy.IsInvalid ? raw.SQLITE_ERROR : raw.sqlite3_backup_step(copy, PagesAtOnce);
            if (code is not (raw.SQLITE_OK or raw.SQLITE_DONE))
            {
                throw new SqliteException($"{source} could not be copied to {part}: {raw.sqlite3_errstr(code).utf8_to_string()}.", code);
            }

            var percent = 100 - (int)(100L * raw.sqlite3_backup_remaining(copy) / Math.Max(1, raw.sqlite3_backup_pagecount(copy)));
            if (percent > told)
            {
                progress?.Invoke(told = percent);
            }
        }
    }

    /// <summary>Never over a file that is there. A small write then makes the folder, and so the name, durable: SQLite flushes it with its journal.</summary>
    private static void Name(string part, string target)
    {
        try
        {
            File.Move(part, target, overwrite: false);
        }
        catch (IOException) when (File.Exists(target))
        {
            MustBeFree(target);
        }

        using var db = Open(target);
        db.Run($"PRAGMA user_version = {Convert.ToInt32(db.Scalar("PRAGMA user_version"))}");
    }

    private static void MustBeFree(string target)
    {
        if (File.Exists(target))
        {
            throw new StorageUnusableException($"{target} exists. Name another file, or move it away first.");
        }
    }

    private static SqliteConnection Open(string path)
    {
        var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        db.Open();
        db.Run("PRAGMA synchronous = FULL");
        return db;
    }
}
