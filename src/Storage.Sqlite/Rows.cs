using Microsoft.Data.Sqlite;
using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>Reads rows and believes none whose checksum does not match.</summary>
internal sealed class Rows(SqliteConnection db)
{
    private const string HeaderColumns =
        "jid,id,tenant,user,thread,agent,model,summary,created_at,status,reason,head,epoch,owner,wake_at,published,updated_at,ended_at,checksum,kind,generation,marks,active_at";

    private readonly Checksums _checksums = new();

    /// <summary>The journal's number and header, or null. Looks through the whole table when the index is known to be damaged.</summary>
    public (long Jid, JournalHeader Header)? Header(string id, bool distrustIndex = false)
    {
        using var command = db.Command($"SELECT {HeaderColumns} FROM journals {(distrustIndex ? "NOT INDEXED " : "")}WHERE id=$id", ("$id", id));
        using var reader = command.ExecuteReader();
        return reader.Read() ? Header(reader, id) : null;
    }

    /// <summary>Readable headers; one that is not goes to <paramref name="check"/>, so that it does not hide the others.</summary>
    public List<JournalHeader> Headers(FileCheck check, string where, int limit, params ReadOnlySpan<(string, object?)> parameters) =>
        Headers(check, null, where, limit, parameters);

    /// <summary>The same along a given index; null leaves the choice to SQLite.</summary>
    public List<JournalHeader> Headers(FileCheck check, string? index, string where, int limit, params ReadOnlySpan<(string, object?)> parameters)
    {
        // On a damaged page a deleted row can come back, and an old version of a row can stand beside the new one.
        var source = check.Doubts("journals") ? "NOT INDEXED WHERE id NOT IN (SELECT id FROM deleted) AND"
            : index is null ? "WHERE" : $"INDEXED BY {index} WHERE";
        using var command = db.Command($"SELECT {HeaderColumns} FROM journals {source} {where} LIMIT {limit}", parameters);
        using var reader = command.ExecuteReader();
        var headers = new List<JournalHeader>();
        var places = new Dictionary<string, int>();
        while (reader.Read())
        {
            try
            {
                var header = Header(reader, null).Header;
                if (places.TryAdd(header.Id, headers.Count))
                {
                    headers.Add(header);
                }
                else if ((header.Epoch, header.Head).CompareTo((headers[places[header.Id]].Epoch, headers[places[header.Id]].Head)) > 0)
                {
                    headers[places[header.Id]] = header;
                }
            }
            catch (JournalDamagedException e)
            {
                check.Add("journals", e.Message);
            }
        }

        return headers;
    }

    /// <summary>A changed key is not seen by a lookup: it misses. So every row is read once.</summary>
    public void CheckCommands(FileCheck check)
    {
        using var command = db.Command("SELECT j.id,c.id,c.hash,c.seq,c.checksum FROM commands c LEFT JOIN journals j ON j.jid=c.jid");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (reader.IsDBNull(0) || _checksums.Of(
                reader.GetString(0), new RecordedCommand(reader.GetString(1), reader.GetString(2), reader.GetInt64(3))) != reader.GetInt64(4))
            {
                check.Add("commands", $"commands: {reader.GetValue(1)} of {reader.GetValue(0)} is not what was written.");
            }
        }
    }

    /// <summary>Events after <paramref name="after"/>: those before a damaged one are returned; the damaged one itself throws.</summary>
    public List<JournalEvent> Events(long jid, JournalHeader header, long after, long limit)
    {
        var events = new List<JournalEvent>();
        if (after >= header.Head)
        {
            return events;
        }

        var expected = Math.Max(after, 0) + 1;
        try
        {
            using var command = db.Command(
                "SELECT rowid,at,type,command,checksum,data FROM events WHERE rowid>$from AND rowid<=$to ORDER BY rowid LIMIT $limit",
                ("$from", (jid << Schema.SeqBits) | (expected - 1)), ("$to", (jid << Schema.SeqBits) | header.Head), ("$limit", limit));
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                var e = new JournalEvent(
                    header.Id, reader.GetInt64(0) & ((1L << Schema.SeqBits) - 1), Checksums.Time(reader.GetInt64(1)), reader.GetString(2),
                    reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetFieldValue<byte[]>(5));
                if (e.Seq != expected || _checksums.Of(header.Id, e) != reader.GetInt64(4))
                {
                    return events.Count > 0 ? events : throw Damaged(header.Id, expected);
                }

                events.Add(e);
                expected++;
            }
        }
        catch (Exception e) when (e is SqliteException { SqliteErrorCode: 11 or 26 } or InvalidCastException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            return events.Count > 0 ? events : throw Damaged(header.Id, expected);
        }

        return expected > Math.Min(header.Head, after + limit) || events.Count > 0 ? events : throw Damaged(header.Id, expected);
    }

    public Snapshot? Snapshot(long jid, JournalHeader header)
    {
        try
        {
            using var command = db.Command("SELECT seq,fold,checksum,data FROM snapshots WHERE jid=$jid", ("$jid", jid));
            using var reader = command.ExecuteReader();
            if (!reader.Read())
            {
                return null;
            }

            var s = new Snapshot(reader.GetInt64(0), reader.GetInt32(1), reader.GetFieldValue<byte[]>(3));
            return s.Seq <= header.Head && _checksums.Of(header.Id, s) == reader.GetInt64(2) ? s : null;
        }
        catch (Exception e) when (e is SqliteException or InvalidCastException or InvalidOperationException or OverflowException)
        {
            // A cache that cannot be read is as good as none.
            return null;
        }
    }

    public void CheckDeleted(FileCheck check)
    {
        using var command = db.Command("SELECT id,checksum FROM deleted");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (_checksums.Of(reader.GetString(0)) != reader.GetInt64(1))
            {
                check.Add("deleted", $"deleted: {reader.GetString(0)} is not what was written.");
            }
        }
    }

    public RecordedCommand? Command(long jid, string id, string commandId)
    {
        using var command = db.Command("SELECT hash,seq,checksum FROM commands WHERE jid=$jid AND id=$id", ("$jid", jid), ("$id", commandId));
        using var reader = command.ExecuteReader();
        if (!reader.Read())
        {
            return null;
        }

        try
        {
            var c = new RecordedCommand(commandId, reader.GetString(0), reader.GetInt64(1));
            return _checksums.Of(id, c) == reader.GetInt64(2) ? c : throw Damaged(id, 0);
        }
        catch (Exception e) when (e is InvalidCastException or InvalidOperationException)
        {
            throw Damaged(id, 0);
        }
    }

    public static JournalDamagedException Damaged(string id, long seq) => new(
        id, seq, seq > 0
            ? $"The journal {id} is damaged at seq {seq}: what is stored there is not what was written. Earlier events can be read."
            : $"The journal {id} is damaged: a stored row is not what was written.");

    private (long Jid, JournalHeader Header) Header(SqliteDataReader r, string? id)
    {
        try
        {
            var h = new JournalHeader(
                r.GetString(1), new(r.GetString(2), r.GetString(3)), Text(r, 4), r.GetString(5), r.GetString(6), (RunStatus)r.GetInt32(9),
                Text(r, 10), r.GetString(7), r.GetInt64(11), r.GetInt64(12), Text(r, 13), Time(r, 14), r.GetInt64(15),
                Checksums.Time(r.GetInt64(8)), Checksums.Time(r.GetInt64(16)), Time(r, 17), (JournalKind)r.GetInt32(19),
                r.GetInt64(20), (ThreadMarks)r.GetInt32(21), Time(r, 22));
            if (_checksums.Of(h) == r.GetInt64(18) && (id is null || id == h.Id))
            {
                return (r.GetInt64(0), h);
            }
        }
        catch (Exception e) when (e is InvalidCastException or ArgumentOutOfRangeException or InvalidOperationException or OverflowException)
        {
            // Falls through: it is not what was written.
        }

        throw Damaged(id ?? $"{r.GetValue(1)}", 0);
    }

    private static string? Text(SqliteDataReader r, int column) => r.IsDBNull(column) ? null : r.GetString(column);

    private static DateTimeOffset? Time(SqliteDataReader r, int column) => r.IsDBNull(column) ? null : Checksums.Time(r.GetInt64(column));
}
