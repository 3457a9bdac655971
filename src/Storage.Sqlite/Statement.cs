using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>A statement prepared once and used for every append: the driver's commands cost more than the work itself.</summary>
internal sealed class Statement(sqlite3 db, string sql) : IDisposable
{
    private readonly sqlite3_stmt _stmt = Prepare(db, sql);
    private int _next;

    public Statement Bind(long value)
    {
        Check(raw.sqlite3_bind_int64(_stmt, ++_next, value));
        return this;
    }

    public Statement Bind(long? value)
    {
        Check(value is { } v ? raw.sqlite3_bind_int64(_stmt, ++_next, v) : raw.sqlite3_bind_null(_stmt, ++_next));
        return this;
    }

    public Statement Bind(string? value)
    {
        Check(value is null ? raw.sqlite3_bind_null(_stmt, ++_next) : raw.sqlite3_bind_text(_stmt, ++_next, value));
        return this;
    }

    public Statement Bind(ReadOnlySpan<byte> value)
    {
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(_stmt, ++_next, 0) : raw.sqlite3_bind_blob(_stmt, ++_next, value));
        return this;
    }

    /// <summary>Runs it and makes it ready for the next use. Returns the rows changed.</summary>
    public int Run()
    {
        var rc = raw.sqlite3_step(_stmt);
        _ = raw.sqlite3_reset(_stmt);
        _next = 0;
        if (rc is not (raw.SQLITE_DONE or raw.SQLITE_ROW))
        {
            Throw();
        }

        return raw.sqlite3_changes(db);
    }

    /// <summary>Forgets what was bound for a use that did not come about.</summary>
    public void Reset() => _next = 0;

    public void Dispose() => _stmt.Dispose();

    private static sqlite3_stmt Prepare(sqlite3 db, string sql)
    {
        var rc = raw.sqlite3_prepare_v2(db, sql, out var stmt);
        return rc == raw.SQLITE_OK ? stmt : throw new SqliteException(raw.sqlite3_errmsg(db).utf8_to_string(), rc, raw.sqlite3_extended_errcode(db));
    }

    private void Check(int rc)
    {
        if (rc != raw.SQLITE_OK)
        {
            Throw();
        }
    }

    private void Throw()
    {
        _next = 0;
        throw new SqliteException(
            raw.sqlite3_errmsg(db).utf8_to_string(), raw.sqlite3_errcode(db) & 0xFF, raw.sqlite3_extended_errcode(db));
    }
}
