using Microsoft.Data.Sqlite;
using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Runs;
using OrleansAgents.Search;
using SQLitePCL;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>An index of threads in a file of its own beside the store, by FTS5. A file that cannot be used is replaced by an empty one, which is filled again.</summary>
/// <remarks>
/// FTS5 is given words that are cut already (<see cref="SearchWords"/>): its own tokenizers know no words in scripts without spaces. Each
/// row of it begins with a word for the user, which each search asks for too.
/// </remarks>
internal sealed class SqliteThreadIndex : IThreadIndex, IDisposable
{
    /// <summary>Texts that are ranked: the newest ones that match.</summary>
    private const int MostRanked = 2_000;

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

    public Task<long> HeadOfAsync(string threadId) => WriteAsync(db => HeadOf(db, threadId));

    public Task PutAsync(IndexedThread thread, long? after = null) => WriteAsync(db =>
    {
        if (IsGone(db, thread.Id) || (after is { } head && HeadOf(db, thread.Id) != head))
        {
            return false;
        }

        var (tenant, user) = thread.Principal;
        db.Run("INSERT INTO users (tenant,user) VALUES ($tenant,$user) ON CONFLICT DO NOTHING", ("$tenant", tenant), ("$user", user));
        var uid = (long)db.Scalar("SELECT uid FROM users WHERE tenant=$tenant AND user=$user", ("$tenant", tenant), ("$user", user))!;
        var tid = (long)db.Scalar(
            "INSERT INTO threads (id,tenant,user,head) VALUES ($id,$tenant,$user,$head) ON CONFLICT (id) DO UPDATE SET head=excluded.head RETURNING tid",
            ("$id", thread.Id), ("$tenant", tenant), ("$user", user), ("$head", thread.Head))!;
        Replace(db, tid, uid, new(0, "", [thread.Title]));
        foreach (var turn in thread.Turns.Where(turn => !IsGone(db, turn.RunId)))
        {
            Replace(db, tid, uid, turn);
        }

        return true;
    });

    /// <summary>Whoever reads the journal at this moment puts nothing of it afterwards: its id is kept as one that is gone.</summary>
    public async Task RemoveAsync(string journalId)
    {
        try
        {
            await WriteAsync(db => Remove(db, journalId));
            await EmptyLogAsync();
        }
        catch (Exception e) when (IndexFile.IsUnusable(e) || e is SqliteException)
        {
            // What cannot be removed from the file goes with it; whoever read the journal before must not put it into the new one.
            await BeginAnewAsync();
            await WriteAsync(db => Remove(db, journalId));
        }
    }

    private static bool Remove(SqliteConnection db, string journalId)
    {
        db.Run("INSERT INTO gone (id) VALUES ($id) ON CONFLICT DO NOTHING", ("$id", journalId));
        if (db.Scalar("SELECT tid FROM threads WHERE id=$id", ("$id", journalId)) is long tid)
        {
            Delete(db, "tid=$key", tid);
            db.Run("DELETE FROM threads WHERE tid=$tid", ("$tid", tid));
        }

        Delete(db, "run=$key", journalId);
        return true;
    }

    private static long HeadOf(SqliteConnection db, string threadId) => db.Scalar("SELECT head FROM threads WHERE id=$id", ("$id", threadId)) as long? ?? 0;

    private static bool IsGone(SqliteConnection db, string id) => db.Scalar("SELECT 1 FROM gone WHERE id=$id", ("$id", id)) is not null;

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
            return await Task.Run(() => Stoppable(() => Find(principal, sequences, skip, limit), cancellation), cancellation);
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

    /// <summary>A title counts more than a message; of texts that match alike, the newer one comes first.</summary>
    private List<IndexHit> Find(Principal principal, List<string[]> sequences, int skip, int limit)
    {
        if (_reader.Scalar("SELECT uid FROM users WHERE tenant=$tenant AND user=$user", ("$tenant", principal.Tenant), ("$user", principal.User)) is not long uid)
        {
            return [];
        }

        using var command = _reader.Command(
            """
            SELECT id, turn, body FROM (
                SELECT h.id, t.turn, t.body, row_number() OVER (PARTITION BY t.tid ORDER BY f.score, t.rowid DESC) AS place, f.score, max(t.rowid) OVER (PARTITION BY t.tid) AS newest
                FROM (SELECT rowid, rank * iif((SELECT turn FROM texts WHERE texts.rowid = words.rowid) = 0, 4, 1) AS score
                      FROM words WHERE words MATCH $match ORDER BY rowid DESC LIMIT $ranked) f
                JOIN texts t ON t.rowid = f.rowid JOIN threads h ON h.tid = t.tid
                WHERE t.uid = $uid)
            WHERE place = 1 ORDER BY score, newest DESC LIMIT $limit OFFSET $skip
            """,
            ("$match", $"who : u{uid} AND body : ({Match(sequences)})"), ("$ranked", MostRanked), ("$uid", uid), ("$limit", limit), ("$skip", skip));
        using var reader = command.ExecuteReader();
        var hits = new List<IndexHit>();
        while (reader.Read())
        {
            hits.Add(new(reader.GetString(0), reader.GetInt32(1), reader.GetString(2)));
        }

        return hits;
    }

    /// <summary>Words have letters and digits alone, so that nothing in them can be an operator within the quotes.</summary>
    private static string Match(List<string[]> sequences) =>
        string.Join(" AND ", sequences.Select((words, i) => $"\"{string.Join(' ', words)}\"{(i == sequences.Count - 1 ? " *" : "")}"));

    private static void Replace(SqliteConnection db, long tid, long uid, IndexedTurn turn)
    {
        Delete(db, $"tid=$key AND turn={turn.Turn}", tid);
        foreach (var text in turn.Texts.Where(t => t.Length > 0))
        {
            var row = (long)db.Scalar(
                "INSERT INTO texts (tid,uid,turn,run,body) VALUES ($tid,$uid,$turn,$run,$body) RETURNING rowid",
                ("$tid", tid), ("$uid", uid), ("$turn", turn.Turn), ("$run", turn.RunId.Length > 0 ? turn.RunId : null), ("$body", text))!;
            db.Run("INSERT INTO words (rowid,who,body) VALUES ($row,$who,$words)", ("$row", row), ("$who", $"u{uid}"), ("$words", Words(text)));
        }
    }

    /// <summary>FTS5 keeps no copy of the text, and is told what to forget.</summary>
    private static void Delete(SqliteConnection db, string where, object key)
    {
        var rows = new List<(long Row, long User, string Body)>();
        using (var command = db.Command($"SELECT rowid,uid,body FROM texts WHERE {where}", ("$key", key)))
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                rows.Add((reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2)));
            }
        }

        foreach (var (row, user, body) in rows)
        {
            db.Run("INSERT INTO words (words,rowid,who,body) VALUES ('delete',$row,$who,$words)", ("$row", row), ("$who", $"u{user}"), ("$words", Words(body)));
            db.Run("DELETE FROM texts WHERE rowid=$row", ("$row", row));
        }
    }

    private static string Words(string text) => string.Join(' ', SearchWords.Of(text).Select(w => w.Text));

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

    /// <summary>What was removed stands in the log too. It is emptied while nobody searches: a reader would keep it.</summary>
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
