using Microsoft.Data.Sqlite;
using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Journal.Search;
using OrleansAgents.Runs;
using SQLitePCL;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>An index of threads in a file of its own beside the store, by FTS5. A file that cannot be used is replaced by an empty one, which is filled again.</summary>
/// <remarks>One connection writes and one reads, each for one caller at a time. Thread-safe.</remarks>
internal sealed class SqliteThreadIndex : IThreadIndex, IDisposable
{
    /// <summary>What a search may take. Its time grows with the words of all users, see <c>docs/decisions/search.md</c>.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>Instructions of SQLite's machine between two looks at the clock: well below a millisecond.</summary>
    private const int Instructions = 1_000;

    private readonly string _path;
    private readonly long _generation;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _write = new(1, 1);
    private readonly SemaphoreSlim _read = new(1, 1);
    private SqliteConnection _writer;
    private SqliteConnection _reader;

    private SqliteThreadIndex(string path, long generation, TimeProvider time)
    {
        (_path, _generation, _time) = (path, generation, time);
        _writer = IndexFile.Usable(path, generation) ?? IndexFile.Anew(path, generation);
        _reader = IndexFile.Connect(path, SqliteOpenMode.ReadOnly);
    }

    /// <summary>Where the index of a store is.</summary>
    public static string PathOf(string store) => Path.ChangeExtension(store, ".search.db");

    /// <param name="store">Path of the store.</param>
    /// <param name="generation">The store's: an index of another one is of a store that was replaced.</param>
    /// <param name="time">Measures how long a search takes.</param>
    public static SqliteThreadIndex Open(string store, long generation, TimeProvider? time = null) =>
        new(PathOf(Path.GetFullPath(store)), generation, time ?? TimeProvider.System);

    public Task<DateTimeOffset> SinceAsync() => WriteAsync(db => db.Scalar("SELECT since FROM state") is long since ? Checksums.Time(since) : DateTimeOffset.MinValue);

    public Task SaveSinceAsync(DateTimeOffset from, DateTimeOffset since) => WriteAsync(db =>
        db.Run("UPDATE state SET since=$since WHERE since=$from", ("$since", Checksums.Micros(since)), ("$from", Checksums.Micros(from))));

    public Task<long> HeadOfAsync(string threadId) => WriteAsync(db => IndexRows.HeadOf(db, threadId));

    public Task PutAsync(IndexedThread thread, long? after = null) => WriteAsync(db => IndexRows.Put(db, thread, after));

    /// <summary>Whoever reads the journal at this moment puts nothing of it afterwards: its id is kept as one that is gone.</summary>
    public async Task RemoveAsync(string journalId)
    {
        try
        {
            await WriteAsync(db => IndexRows.Remove(db, journalId));
            await EmptyLogAsync();
        }
        catch (Exception e) when (IndexFile.IsUnusable(e) || e is SqliteException)
        {
            // What cannot be removed from the file goes with it; whoever read the journal before must not put it into the new one.
            await BeginAnewAsync();
            await WriteAsync(db => IndexRows.Remove(db, journalId));
        }
    }

    public async Task<IReadOnlyList<IndexHit>> FindAsync(Principal principal, string query, int skip, int limit, CancellationToken cancellation)
    {
        var sequences = SearchWords.Sequences(query);
        if (sequences.Count == 0)
        {
            return [];
        }

        await _read.WaitAsync(cancellation);
        var reader = _reader;
        try
        {
            return await Task.Run(() => Stoppable(() => IndexQuery.Find(reader, principal, sequences, skip, limit), cancellation), cancellation);
        }
        catch (Exception e) when (IndexFile.IsUnusable(e))
        {
            // Replaced below, while nobody reads.
        }
        catch (SqliteException e)
        {
            throw new SearchRefusedException(ProblemCodes.SearchUnavailable, $"The index cannot be searched at present: {e.Message} Search again later.");
        }
        finally
        {
            _read.Release();
        }

        await ReplaceAsync(reader);
        throw new SearchRefusedException(
            ProblemCodes.SearchUnavailable, "The index was damaged and is being built again. Search again in a moment; until it is whole, older conversations are not found.");
    }

    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
        _read.Dispose();
        _write.Dispose();
    }

    /// <summary>Ends what the reader does when the caller has gone, or when it takes too long.</summary>
    /// <remarks>An interrupt from another thread is lost where it comes just before a statement; this one is asked again and again.</remarks>
    private T Stoppable<T>(Func<T> find, CancellationToken cancellation)
    {
        var began = _time.GetTimestamp();
        var handle = _reader.Handle ?? throw new InvalidOperationException("The file of the index could not be opened again.");
        raw.sqlite3_progress_handler(
            handle, Instructions, _ => cancellation.IsCancellationRequested || _time.GetElapsedTime(began) > Longest ? 1 : 0, null);
        try
        {
            return find();
        }
        catch (SqliteException e) when (e.SqliteErrorCode == raw.SQLITE_INTERRUPT)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new SearchRefusedException(
                ProblemCodes.InvalidRequest, $"The search took more than {Longest.TotalSeconds} s. Search for longer or rarer words.");
        }
        finally
        {
            raw.sqlite3_progress_handler(handle, 0, null, null);
        }
    }

    private async Task<T> WriteAsync<T>(Func<SqliteConnection, T> work)
    {
        await _write.WaitAsync();
        try
        {
            return await Task.Run(() =>
            {
                using var transaction = _writer.BeginTransaction();
                var result = work(_writer);
                transaction.Commit();
                return result;
            });
        }
        finally
        {
            _write.Release();
        }
    }

    /// <summary>The write-ahead log still has the removed texts. It is truncated while nobody searches: a reader would keep it.</summary>
    private Task EmptyLogAsync() => AloneAsync(() => _writer.Run("PRAGMA wal_checkpoint(TRUNCATE)"));

    /// <summary>Begins anew unless another search that failed has done so already.</summary>
    private async Task ReplaceAsync(SqliteConnection failed)
    {
        try
        {
            await AloneAsync(() =>
            {
                if (_reader == failed)
                {
                    BeginAnew();
                }
            });
        }
        catch (StorageRefusedException e)
        {
            throw new SearchRefusedException(ProblemCodes.SearchUnavailable, $"The index was damaged and cannot be built again: {e.Message}");
        }
    }

    private Task BeginAnewAsync() => AloneAsync(BeginAnew);

    /// <summary>What was removed stays removed, as far as the old file can be read: its journal may be deleted a moment later only.</summary>
    private void BeginAnew()
    {
        var gone = IndexFile.Gone(_writer);
        _reader.Dispose();
        _writer.Dispose();
        try
        {
            _writer = IndexFile.Anew(_path, _generation);
            foreach (var id in gone)
            {
                _writer.Run("INSERT INTO gone (id) VALUES ($id) ON CONFLICT DO NOTHING", ("$id", id));
            }

            _reader = IndexFile.Connect(_path, SqliteOpenMode.ReadOnly);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StorageRefusedException(StorageRefusal.Io, $"storage cannot be written: {_path}: {e.Message}");
        }
    }

    private async Task AloneAsync(Action work)
    {
        await _write.WaitAsync();
        await _read.WaitAsync();
        try
        {
            await Task.Run(work);
        }
        finally
        {
            _read.Release();
            _write.Release();
        }
    }
}
