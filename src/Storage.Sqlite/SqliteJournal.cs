using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>A journal in one file: WAL, <c>synchronous=FULL</c>, one writer, group commit, held by one process.</summary>
internal sealed partial class SqliteJournal : IJournal, IAsyncDisposable
{
    /// <summary>What was found damaged at the start or by a list; empty for a sound file.</summary>
    public IReadOnlyList<string> Damage => _check.Found;

    /// <summary>Resting journals by one index, those at work, which are few, by another; the plus keeps the planner from reading all journals by a third.</summary>
    internal const string Changed =
        "((owner IS NULL AND updated_at>=$since) OR (owner IS NOT NULL AND updated_at>=$since)) AND +kind=$kind AND (updated_at,id)>($since,$id) ORDER BY updated_at, id";

    /// <summary>Read along an index of their own, in its order: the search reads all threads page by page.</summary>
    internal const string ChangedThreads = "kind=1 AND (updated_at,id)>($since,$id) ORDER BY updated_at, id";

    /// <summary>Read along the index of resting journals: what is younger is not touched.</summary>
    internal const string Expired =
        "owner IS NULL AND updated_at<$before AND +wake_at IS NULL AND ((+kind=0 AND +thread IS NULL AND ended_at IS NOT NULL) OR (+kind=1 AND status=4))";

    internal const string Waiting = "SELECT reason,count(*) FROM journals WHERE status=2 AND reason IS NOT NULL";

    public string? Refusal => _readOnly ?? _writer!.Refusal;

    public long Generation { get; private set; } = 1;

    /// <summary>Where the file as an earlier build wrote it was kept, when it was brought up to date; else null.</summary>
    public string? Kept => _writer?.Kept;

    public Task<Lease> AcquireAsync(string id, string? owner) => WriteAsync(id, w =>
    {
        var rows = new Rows(w.Db);
        if (Find(w.Db, rows, id) is not var (jid, before))
        {
            return new Lease(id, 1, 0, null, null, null, []);
        }

        // Read first: nobody is fenced off for a journal that cannot be folded.
        var header = before with { Owner = owner, Epoch = before.Epoch + 1 };
        var snapshot = rows.Snapshot(jid, header);
        var tail = ReadTail(rows, jid, header, snapshot?.Seq ?? 0);
        if (!w.Swap(jid, before, header))
        {
            throw Rows.Damaged(id, 0);
        }

        return new Lease(id, header.Epoch, before.Epoch, before.Owner, header, snapshot, tail);
    });

    public Task<AppendOutcome> AppendAsync(Append append)
    {
        var (head, header) = (append.ExpectedHead, append.Header);
        if (header.Id != append.Id || header.Epoch < append.Epoch || header.Head != head + append.Events.Count
            || append.Events.Any(e => e.JournalId != append.Id || e.Seq != ++head) || head >= 1L << Schema.SeqBits)
        {
            throw new ArgumentException($"The append to {append.Id} does not continue its journal: header and events disagree.", nameof(append));
        }

        WellFormed.Check(append);
        return WriteAsync(append.Id, w => w.Append(append));
    }

    public Task SnapshotAsync(string id, Snapshot snapshot) => WriteAsync(id, w =>
    {
        if (w.Db.Scalar("SELECT jid FROM journals WHERE id=$id", ("$id", id)) is long jid)
        {
            w.Db.Run(
                "INSERT INTO snapshots (jid,seq,fold,checksum,data) VALUES ($jid,$seq,$fold,$sum,$data) ON CONFLICT DO UPDATE " +
                "SET seq=excluded.seq,fold=excluded.fold,checksum=excluded.checksum,data=excluded.data WHERE excluded.seq>=seq",
                ("$jid", jid), ("$seq", snapshot.Seq), ("$fold", snapshot.FoldVersion), ("$sum", w.Checksums.Of(id, snapshot)),
                ("$data", snapshot.Data));
        }

        return true;
    });

    public Task<IReadOnlyList<JournalEvent>> ReadAsync(string id, long afterSeq, int limit, CancellationToken cancellation = default) =>
        _readers.ReadAsync<IReadOnlyList<JournalEvent>>(
            id,
            db =>
            {
                var rows = new Rows(db);
                return Find(db, rows, id) is var (jid, header) ? rows.Events(jid, header, afterSeq, limit) : [];
            },
            cancellation);

    public Task<JournalView?> FindAsync(string id, CancellationToken cancellation = default) => _readers.ReadAsync(
        id,
        db =>
        {
            var rows = new Rows(db);
            return Find(db, rows, id) is var (jid, header) ? new JournalView(header, rows.Snapshot(jid, header)) : null;
        },
        cancellation);

    public Task<RecordedCommand?> FindCommandAsync(string id, string commandId, CancellationToken cancellation = default) =>
        _readers.ReadAsync(
            id,
            db =>
            {
                var rows = new Rows(db);
                return Find(db, rows, id) is var (jid, _) ? rows.Command(jid, id, commandId) ?? Missed<RecordedCommand>("commands", id) : null;
            },
            cancellation);

    public Task<IReadOnlyList<JournalHeader>> ScanAsync(RecoveryFilter f, CancellationToken cancellation = default)
    {
        var owners = string.Join(',', f.LiveOwners.Select(o => $"'{o.Replace("'", "''")}'"));
        return _readers.ReadAsync<IReadOnlyList<JournalHeader>>(
            "",
            db => new Rows(db).Headers(
                _check, $"(wake_at<=$now OR (owner IS NOT NULL AND owner NOT IN ({owners})) OR (owner IS NULL AND updated_at>$ahead AND wake_at IS NOT NULL)){Within(f.Partitions)}",
                f.Limit, ("$now", Checksums.Micros(f.Now)), ("$ahead", Checksums.Micros(f.AheadFrom))),
            cancellation);
    }

    public Task<IReadOnlyList<JournalHeader>> ChangesAsync(ChangeFilter f, CancellationToken cancellation = default) =>
        _readers.ReadAsync<IReadOnlyList<JournalHeader>>(
            "",
            db => f.Kind == JournalKind.Thread
                ? new Rows(db).Headers(_check, "journals_changed", ChangedThreads, f.Limit, ("$since", Checksums.Micros(f.Since)), ("$id", f.AfterId))
                : new Rows(db).Headers(_check, Changed, f.Limit, ("$since", Checksums.Micros(f.Since)), ("$id", f.AfterId), ("$kind", (int)f.Kind)),
            cancellation);

    public Task<IReadOnlyList<JournalHeader>> ExpiredAsync(ExpiryFilter f, CancellationToken cancellation = default) =>
        _readers.ReadAsync<IReadOnlyList<JournalHeader>>(
            "", db => new Rows(db).Headers(_check, $"{Expired}{Within(f.Partitions)} ORDER BY updated_at", f.Limit, ("$before", Checksums.Micros(f.Before))), cancellation);

    public Task<IReadOnlyDictionary<string, int>> WaitingAsync(IReadOnlyCollection<int>? partitions, CancellationToken cancellation = default) =>
        _readers.ReadAsync<IReadOnlyDictionary<string, int>>(
            "",
            db =>
            {
                using var command = db.Command($"{Waiting}{Within(partitions)} GROUP BY reason");
                using var reader = command.ExecuteReader();
                var counts = new Dictionary<string, int>();
                while (reader.Read())
                {
                    counts[reader.GetString(0)] = reader.GetInt32(1);
                }

                return counts;
            },
            cancellation);

    public Task<IReadOnlyList<JournalHeader>> WaitingForAsync(WaitFilter f, CancellationToken cancellation = default) =>
        _readers.ReadAsync<IReadOnlyList<JournalHeader>>(
            "",
            db => new Rows(db).Headers(
                _check, $"status={(int)RunStatus.Waiting} AND reason=$reason AND ($model IS NULL OR model=$model COLLATE NOCASE) AND id>$id ORDER BY id", f.Limit,
                ("$reason", f.Reason), ("$model", f.Model), ("$id", f.AfterId)),
            cancellation);

    public Task<bool> DeleteAsync(string id) => WriteAsync(id, w =>
    {
        if (new Rows(w.Db).Header(id) is not var (jid, header))
        {
            return false;
        }

        if (header.EndedAt is null)
        {
            throw new InvalidOperationException($"The journal {id} has not ended.");
        }

        w.Forget(id);
        var first = jid << Schema.SeqBits;
        w.Db.Run(
            "DELETE FROM events WHERE rowid BETWEEN $first AND $last; DELETE FROM commands WHERE jid=$jid; DELETE FROM snapshots WHERE jid=$jid; " +
            "DELETE FROM bodies WHERE ref IN (SELECT ref FROM body_uses u WHERE jid=$jid AND NOT EXISTS " +
            "(SELECT 1 FROM body_uses o WHERE o.ref=u.ref AND o.jid<>$jid)); DELETE FROM body_uses WHERE jid=$jid; " +
            "DELETE FROM journals WHERE jid=$jid; INSERT INTO deleted (id,checksum,tenant,user) VALUES ($id,$sum,$tenant,$user)",
            ("$first", first), ("$last", first + (1L << Schema.SeqBits) - 1), ("$jid", jid), ("$id", id),
            ("$sum", w.Checksums.Of(id)), ("$tenant", header.Principal.Tenant), ("$user", header.Principal.User));
        return true;
    });

    public async Task<byte[]?> ReadBodyAsync(string id, string reference, CancellationToken cancellation = default) => await _readers.ReadAsync(
        id,
        db => Find(db, new Rows(db), id) is var (jid, _) ? Body(db, jid, reference) ?? Missed<byte[]>("bodies", id) ?? Missed<byte[]>("body_uses", id) : null,
        cancellation) is { } data ? Verified(reference, data) : null;

    private static string Within(IReadOnlyCollection<int>? partitions) =>
        partitions is { Count: < JournalHeader.Partitions } ? $" AND partition IN ({string.Join(',', partitions)})" : "";

    /// <summary>For tests: a store that is really full, at this many pages.</summary>
    internal Task LimitPagesAsync(int pages) => WriteAsync("", w => w.Db.Run($"PRAGMA max_page_count = {pages}"));

    /// <summary>Runs <paramref name="work"/> on the writer's thread, in its next transaction. It may run more than once.</summary>
    internal Task<T> WriteAsync<T>(string id, Func<WriterConnection, T> work) => _writer is null
        ? Task.FromException<T>(new StorageRefusedException(StorageRefusal.ReadOnly, _readOnly!))
        : _writer.SubmitAsync(id, work);
}
