using Microsoft.Data.Sqlite;
using OrleansAgents.Journal;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>The one writer: its own thread, one transaction for all that waits, no added delay.</summary>
internal sealed class Writer : IDisposable
{
    private readonly string _path;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Thread _thread;
    private List<Write> _waiting = [];
    private List<Write> _working = [];
    private WriterConnection? _db;
    private bool _doubtful;
    private volatile bool _stopping;
    private volatile string? _refusal;

    public Writer(string path)
    {
        _path = path;
        _db = new WriterConnection(path, create: true);
        Kept = _db.Kept;
        _thread = new Thread(Work) { IsBackground = true, Name = "journal writer" };
        _thread.Start();
    }

    /// <summary>Where the file as an earlier build wrote it was kept; null when it was of this one.</summary>
    public string? Kept { get; }

    /// <summary>Why the last write was refused; null after one that was not.</summary>
    public string? Refusal => _refusal;

    /// <summary>Queues a write; it shares the flush of all that wait with it.</summary>
    /// <param name="id">The journal that is meant, for the sentence when it is damaged.</param>
    public Task<T> SubmitAsync<T>(string id, Func<WriterConnection, T> work)
    {
        var write = new Write<T>(id, work);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            _waiting.Add(write);
            if (_waiting.Count == 1)
            {
                _wake.Release();
            }
        }

        return write.Task;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopping)
            {
                return;
            }

            _stopping = true;
            _wake.Release();
        }

        _thread.Join();
        _wake.Dispose();
    }

    private void Work()
    {
        while (true)
        {
            _wake.Wait();
            lock (_gate)
            {
                (_waiting, _working) = (_working, _waiting);
            }

            if (_working.Count > 0)
            {
                Commit(_working);
                _working.Clear();
            }
            else if (_stopping)
            {
                Close();
                return;
            }
        }
    }

    private void Commit(List<Write> group)
    {
        try
        {
            // After a failed flush the cache may claim what the disk lacks: what we read must have gone to disk another way first.
            _db ??= new WriterConnection(_path, create: false);
            if (_doubtful)
            {
                _db.CheckpointAll();
                _doubtful = false;
            }

            Execute(_db, group);
        }
        catch (SqliteException e)
        {
            Refuse(group, e);
            return;
        }
        catch (Exception e)
        {
            // Whatever it was, the next group must find a writer: with a new connection, which takes back what this one began.
            Reopen();
            Refuse(group, new SqliteException(e.Message, 10));
            return;
        }

        try
        {
            _db.Commit();
        }
        catch (SqliteException e) when (IsCertain(e))
        {
            Refuse(group, e);
            return;
        }
        catch (Exception e)
        {
            Reopen();
            _doubtful = true;
            _refusal = $"storage reports an error on {_path}: {e.Message}";
            group.ForEach(w => w.Unknown(new StorageRefusedException(StorageRefusal.Io, _refusal)));
            return;
        }

        _refusal = null;
        group.ForEach(w => w.Complete());
        _db.CheckpointIfLong(idle: _waiting.Count == 0);
    }

    /// <summary>An entry that fails by itself is taken out, with all that it wrote; the others go on.</summary>
    private static void Execute(WriterConnection db, List<Write> group)
    {
        db.Begin();
        for (var i = 0; i < group.Count;)
        {
            var before = db.Changes;
            var write = group[i];
            if (write.Execute(db) || db.Changes == before)
            {
                i++;
                continue;
            }

            if (!db.Rollback())
            {
                throw new SqliteException("An entry could not be taken back.", 10);
            }

            group.RemoveAt(i);
            write.Complete();
            db.Begin();
            i = 0;
        }
    }

    /// <summary>Nothing of the group is there, and every entry is told so.</summary>
    private void Refuse(List<Write> group, SqliteException e)
    {
        if (_db is null || !_db.Rollback())
        {
            Reopen();
        }

        var refused = Refused(e);
        _refusal = refused is StorageRefusedException ? refused.Message : _refusal;
        group.ForEach(w => w.Fail(refused));
    }

    private void Close()
    {
        try
        {
            _db?.CheckpointAll();
        }
        catch (SqliteException)
        {
            // The log stays beside the file and is read at the next start.
        }

        Reopen();
    }

    private void Reopen()
    {
        try
        {
            _db?.Dispose();
        }
        catch (Exception e) when (e is SqliteException or ObjectDisposedException or NullReferenceException)
        {
            // It is given up either way.
        }

        _db = null;
    }

    /// <summary>A commit that failed before its last page was written left nothing; a failed flush may have left all of it.</summary>
    private static bool IsCertain(SqliteException e) => e.SqliteErrorCode is 13 or 8 or 5 || e.SqliteExtendedErrorCode == (10 | (3 << 8));

    private Exception Refused(SqliteException e) => e.SqliteErrorCode switch
    {
        13 => new StorageRefusedException(StorageRefusal.Full, $"storage is full: {_path} cannot grow; free space on its disk."),
        8 or 14 => new StorageRefusedException(StorageRefusal.ReadOnly, $"storage is read-only: {_path} or its folder cannot be written."),
        11 or 26 => new JournalDamagedException("", 0, $"{_path} is damaged where this write would go: {e.Message}"),
        _ => new StorageRefusedException(StorageRefusal.Io, $"storage reports an error on {_path}: {e.Message}"),
    };
}
