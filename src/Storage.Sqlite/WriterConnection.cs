using Microsoft.Data.Sqlite;
using OrleansAgents.Journal;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>The writer's connection with its prepared statements. Used by one thread only.</summary>
internal sealed class WriterConnection : IDisposable
{
    private const int PageSize = 4096;
    private const int LongPages = 4_000;
    private const int IdlePages = 1_000;
    private const int Remembered = 20_000;
    private const int BusyMs = 1_000;

    private readonly SqliteConnection _db;
    private readonly List<Statement> _statements = [];
    private readonly Statement _begin, _commit, _rollback, _event, _command, _body, _use;
    private readonly HeaderStatements _headers;
    private readonly Dictionary<string, Known> _known = [];
    private readonly List<string> _touched = [];
    private long _pages;
    private bool _erased;

    /// <param name="create">False for a file that was open before: one that went away is not replaced by an empty one.</param>
    public WriterConnection(string path, bool create)
    {
        (_db, Kept) = Open(path, create);
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _rollback = Prepare("ROLLBACK");
        _headers = new(Prepare, Checksums);
        _event = Prepare("INSERT INTO events (rowid,at,type,command,checksum,data) VALUES (?,?,?,?,?,?)");
        _command = Prepare("INSERT INTO commands (jid,id,hash,seq,checksum) VALUES (?,?,?,?,?)");
        _body = Prepare("INSERT INTO bodies (ref,data) VALUES (?,?) ON CONFLICT DO NOTHING");
        _use = Prepare("INSERT INTO body_uses (ref,jid) VALUES (?,?) ON CONFLICT DO NOTHING");
    }

    public SqliteConnection Db => _db;

    /// <summary>Where the file as an earlier build wrote it was kept, when this opening brought it up to date.</summary>
    public string? Kept { get; }

    public Checksums Checksums { get; } = new();

    /// <summary>Rows changed since it was opened.</summary>
    public int Changes => SQLitePCL.raw.sqlite3_total_changes(_db.Handle);

    public void Begin() => _begin.Run();

    /// <summary>An entry that failed half-way must not leave its values to the next.</summary>
    public void ResetStatements() => _statements.ForEach(s => s.Reset());

    public void Commit()
    {
        _commit.Run();
        _touched.Clear();
        _pages += 2;
    }

    /// <summary>False when the connection is of no more use.</summary>
    public bool Rollback()
    {
        // What the group changed here did not happen.
        foreach (var id in _touched)
        {
            _known.Remove(id);
        }

        _touched.Clear();
        ResetStatements();
        try
        {
            if (SQLitePCL.raw.sqlite3_get_autocommit(_db.Handle) == 0)
            {
                _rollback.Run();
            }

            return true;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    /// <summary>One entry: compare and swap first, so that a fenced one leaves nothing.</summary>
    public AppendOutcome Append(Append a)
    {
        // The first lease of an unknown id is not exclusive: whoever inserts the row has it, every other is fenced.
        var jid = a is { Epoch: 1, ExpectedHead: 0 } ? Insert(a) : Advance(a);
        if (jid is not { } journal)
        {
            return AppendOutcome.Fenced;
        }

        foreach (var e in a.Events)
        {
            _event.Bind((journal << Schema.SeqBits) | e.Seq).Bind(Checksums.Micros(e.At)).Bind(e.Type).Bind(e.CommandId)
                .Bind(Checksums.Of(a.Id, e)).Bind(e.Data).Run();
            _pages += 1 + (e.Data.Length / PageSize);
        }

        foreach (var c in a.Commands)
        {
            _command.Bind(journal).Bind(c.CommandId).Bind(c.RequestHash).Bind(c.Seq).Bind(Checksums.Of(a.Id, c)).Run();
        }

        foreach (var b in a.Bodies)
        {
            _body.Bind(b.Ref).Bind(b.Data).Run();
            _use.Bind(b.Ref).Bind(journal).Run();
        }

        foreach (var reference in a.Released ?? [])
        {
            Release(journal, reference);
        }

        return AppendOutcome.Committed;
    }

    /// <summary>Rewrites a header that was just read in this transaction.</summary>
    public bool Swap(long jid, JournalHeader before, JournalHeader after)
    {
        Forget(after.Id);
        if (!_headers.Update(jid, before.Epoch, before.Head, before, after))
        {
            return false;
        }

        Remember(after.Id, new(jid, after));
        return true;
    }

    public void Forget(string id) => _known.Remove(id);

    /// <summary>Moves the log into the file when it has become long, or longish while nobody waits.</summary>
    public void CheckpointIfLong(bool idle)
    {
        if (idle && _erased)
        {
            EmptyLog();
        }

        if (_pages > (idle ? IdlePages : LongPages))
        {
            _pages = 0;
            _ = SQLitePCL.raw.sqlite3_wal_checkpoint_v2(_db.Handle, "main", SQLitePCL.raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _);
        }
    }

    /// <summary>What was erased may still stand in the log. It is emptied when nobody reads; who reads is not waited for, and the next commit tries again.</summary>
    private void EmptyLog()
    {
        _ = SQLitePCL.raw.sqlite3_busy_timeout(_db.Handle, 0);
        _erased = SQLitePCL.raw.sqlite3_wal_checkpoint_v2(_db.Handle, "main", SQLitePCL.raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _) != SQLitePCL.raw.SQLITE_OK;
        _ = SQLitePCL.raw.sqlite3_busy_timeout(_db.Handle, BusyMs);
    }

    public void CheckpointAll()
    {
        var rc = SQLitePCL.raw.sqlite3_wal_checkpoint_v2(_db.Handle, "main", SQLitePCL.raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _);
        if (rc != SQLitePCL.raw.SQLITE_OK)
        {
            throw new SqliteException("The log could not be moved into the file.", rc);
        }
    }

    public void Dispose()
    {
        _statements.ForEach(s => s.Dispose());
        _db.Dispose();
    }

    private static (SqliteConnection Db, string? Kept) Open(string path, bool create)
    {
        var mode = create ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite;
        var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
        try
        {
            db.Open();
            db.Run($"PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = {BusyMs};");
            return (db, Schema.Prepare(db, path, writable: true));
        }
        catch
        {
            db.Dispose();
            throw;
        }
    }

    /// <summary>Overwritten where it lay: a row that is only deleted can be read in the file until something else takes its place.</summary>
    private void Release(long jid, string reference)
    {
        _erased = true;
        _db.Run("DELETE FROM body_uses WHERE ref=$ref AND jid=$jid", ("$ref", reference), ("$jid", jid));
        _db.Run("PRAGMA secure_delete = ON");
        _db.Run("DELETE FROM bodies WHERE ref=$ref AND NOT EXISTS (SELECT 1 FROM body_uses WHERE ref=$ref)", ("$ref", reference));
        _db.Run("PRAGMA secure_delete = OFF");
    }

    private long? Insert(Append a)
    {
        if (!_headers.Insert(a.Header))
        {
            return null;
        }

        var jid = SQLitePCL.raw.sqlite3_last_insert_rowid(_db.Handle);
        Remember(a.Id, new(jid, a.Header));
        return jid;
    }

    private long? Advance(Append a)
    {
        if (!_known.TryGetValue(a.Id, out var known))
        {
            if (_db.Scalar("SELECT jid FROM journals WHERE id=$id", ("$id", a.Id)) is not long jid)
            {
                return null;
            }

            known = new(jid, null);
        }

        if (!_headers.Update(known.Jid, a.Epoch, a.ExpectedHead, known.Header, a.Header))
        {
            return null;
        }

        Remember(a.Id, new(known.Jid, a.Header));
        return known.Jid;
    }

    private void Remember(string id, Known known)
    {
        if (_known.Count > Remembered)
        {
            _known.Clear();
        }

        _known[id] = known;
        _touched.Add(id);
    }

    private Statement Prepare(string sql)
    {
        var statement = new Statement(_db.Handle!, sql);
        _statements.Add(statement);
        return statement;
    }

    private sealed record Known(long Jid, JournalHeader? Header);
}
