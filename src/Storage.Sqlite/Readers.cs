using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using OrleansAgents.Journal;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>A few read-only connections, so that readers never wait for the writer.</summary>
internal sealed class Readers(string path, bool immutable) : IDisposable
{
    private const int AtOnce = 8;
    private readonly SemaphoreSlim _places = new(AtOnce);
    private readonly ConcurrentBag<SqliteConnection> _idle = [];
    private volatile bool _closed;

    /// <summary>Runs <paramref name="read"/> on one snapshot of the file, off the caller's thread.</summary>
    /// <param name="id">The journal that is meant, or empty.</param>
    /// <exception cref="JournalDamagedException">The file's structure is damaged where the read went.</exception>
    /// <exception cref="StorageRefusedException">The file cannot be read at present.</exception>
    public async Task<T> ReadAsync<T>(string id, Func<SqliteConnection, T> read, CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            return await Task.Run(() => Read(id, read, cancellation), cancellation);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Waits for reads in flight; later ones are refused.</summary>
    public void Dispose()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        for (var place = 0; place < AtOnce; place++)
        {
            _places.Wait();
        }

        while (_idle.TryTake(out var db))
        {
            db.Dispose();
        }

        _places.Release(AtOnce);
    }

    private T Read<T>(string id, Func<SqliteConnection, T> read, CancellationToken cancellation)
    {
        SqliteConnection? db = null;
        try
        {
            db = _idle.TryTake(out var idle) ? idle : Open();
            T result;
            var handle = db.Handle;
            using (cancellation.Register(() => SQLitePCL.raw.sqlite3_interrupt(handle)))
            using (db.BeginTransaction(deferred: true))
            {
                result = read(db);
            }

            _idle.Add(db);
            db = null;
            return result;
        }
        // Our statements are right: where one names a table or column that is not there (1), the schema's page is damaged.
        catch (Exception e) when (e is SqliteException { SqliteErrorCode: 1 or 11 or 26 } or InvalidCastException)
        {
            throw new JournalDamagedException(id, 0, $"{path} is damaged where this read went: {e.Message}");
        }
        catch (SqliteException e) when (e.SqliteErrorCode == SQLitePCL.raw.SQLITE_INTERRUPT)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (SqliteException e)
        {
            throw new StorageRefusedException(StorageRefusal.Io, $"storage cannot be read: {path}: {e.Message}");
        }
        finally
        {
            // One that failed may hold pages that it should not have believed: the next read takes a new one.
            db?.Dispose();
        }
    }

    private SqliteConnection Open()
    {
        var source = immutable ? $"file:{Uri.EscapeDataString(path).Replace("%2F", "/")}?immutable=1" : path;
        var db = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = source, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        db.Open();
        return db;
    }
}
