using Microsoft.Data.Sqlite;
using OrleansAgents.Journal;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>Puts a backup where a store belongs, as a new generation of it.</summary>
internal static class StoreRestore
{
    /// <summary>Holds the place meanwhile, so that no process starts on half of it. The backup stays as it is.</summary>
    /// <exception cref="StorageUnusableException">A process holds the store, a file is there, or the backup is none; the sentence says what to do.</exception>
    public static void Run(string backup, string path, DateTimeOffset now, Action<int>? progress = null)
    {
        StoreCopy.MustExist(backup);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var held = FileLock.Take(path);
        foreach (var file in new[] { path, path + "-wal" }.Where(File.Exists))
        {
            throw new StorageUnusableException(
                $"{file} is there, and a restore replaces nothing. Move it and what lies beside it ({path}-wal, {path}-shm) away first, or name another file in Storage:ConnectionString.");
        }

        StoreCopy.Write(backup, path, db => RaiseGeneration(db, backup, now), progress);
    }

    /// <summary>Whoever takes an unfinished run from here on sees that it is older than its store. That it is due brings somebody to it at once.</summary>
    private static void RaiseGeneration(SqliteConnection db, string backup, DateTimeOffset now)
    {
        if (Schema.VersionOf(db, backup) < Schema.Version)
        {
            Schema.Migrate(db);
        }

        var checksums = new Checksums();
        db.Run("BEGIN IMMEDIATE");
        var generation = Schema.Generation(db) ?? db.Scalar("SELECT max(generation) FROM journals") as long? ?? 1;
        Schema.SetGeneration(db, generation + 1);
        foreach (var header in new Rows(db).Headers(new FileCheck(), "kind=0 AND ended_at IS NULL", int.MaxValue))
        {
            var due = header with { Owner = null, WakeAt = now };
            db.Run(
                "UPDATE journals SET owner=NULL,wake_at=$wake,checksum=$sum WHERE id=$id",
                ("$wake", Checksums.Micros(now)), ("$sum", checksums.Of(due)), ("$id", due.Id));
        }

        db.Run("COMMIT");
    }
}
