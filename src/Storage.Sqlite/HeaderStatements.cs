using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>Writes headers, and of an existing one no more columns than it must.</summary>
/// <remarks>
/// SQLite rewrites each index that has a column which the update names, changed or not. So there is a statement for each group of columns that change
/// together, and most appends name those of a step alone. Of these one is in an index: the time, in those of journals without an owner and of threads.
/// </remarks>
internal sealed class HeaderStatements
{
    internal const string OfStep = "head,epoch,published,updated_at,model,summary,generation,checksum";
    internal const string OfOwner = "owner,wake_at";
    internal const string OfStatus = "status,reason,ended_at,active_at";
    private const string OfCreation = "tenant,user,thread,agent,created_at,marks";

    private readonly Checksums _checksums;
    private readonly Statement _insert, _step, _owner, _status, _all;

    public HeaderStatements(Func<string, Statement> prepare, Checksums checksums)
    {
        _checksums = checksums;
        _insert = prepare($"""
            INSERT INTO journals ({OfStep},{OfOwner},{OfStatus},{OfCreation},id,kind,partition)
            SELECT ?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?21,?,? WHERE NOT EXISTS (SELECT 1 FROM deleted WHERE id=?21) ON CONFLICT DO NOTHING
            """);
        _step = prepare(UpdateOf(OfStep));
        _owner = prepare(UpdateOf($"{OfStep},{OfOwner}"));
        _status = prepare(UpdateOf($"{OfStep},{OfOwner},{OfStatus}"));
        _all = prepare(UpdateOf($"{OfStep},{OfOwner},{OfStatus},{OfCreation}"));
    }

    internal static string UpdateOf(string columns) =>
        $"UPDATE journals SET {string.Join(',', columns.Split(',').Select(c => $"{c}=?"))} WHERE jid=? AND epoch=? AND head=?";

    /// <summary>False when there is one, or was one that is deleted.</summary>
    public bool Insert(JournalHeader h) =>
        BindAll(_insert, h).Bind(h.Id).Bind((long)h.Kind).Bind(JournalIds.PartitionOf(h.Id)).Run() == 1;

    /// <summary>False when the row has another epoch or head.</summary>
    /// <param name="before">What the row holds if it has them; null when that is not known.</param>
    public bool Update(long jid, long epoch, long head, JournalHeader? before, JournalHeader h) =>
        BindChanged(before, h).Bind(jid).Bind(epoch).Bind(head).Run() == 1;

    private Statement BindChanged(JournalHeader? before, JournalHeader h)
    {
        if (before is null || (before.Principal, before.ThreadId, before.Agent, before.CreatedAt, before.Marks) != (h.Principal, h.ThreadId, h.Agent, h.CreatedAt, h.Marks))
        {
            return BindAll(_all, h);
        }

        if ((before.Status, before.Reason, before.EndedAt, before.ActiveAt) != (h.Status, h.Reason, h.EndedAt, h.ActiveAt))
        {
            return BindStatus(_status, h);
        }

        return (before.Owner, before.WakeAt) != (h.Owner, h.WakeAt) ? BindOwner(_owner, h) : BindStep(_step, h);
    }

    private Statement BindAll(Statement s, JournalHeader h) => BindStatus(s, h)
        .Bind(h.Principal.Tenant).Bind(h.Principal.User).Bind(h.ThreadId).Bind(h.Agent).Bind(Checksums.Micros(h.CreatedAt)).Bind((long)h.Marks);

    private Statement BindStatus(Statement s, JournalHeader h) => BindOwner(s, h).Bind((long)h.Status).Bind(h.Reason).Bind(Micros(h.EndedAt)).Bind(Micros(h.ActiveAt));

    private Statement BindOwner(Statement s, JournalHeader h) => BindStep(s, h).Bind(h.Owner).Bind(Micros(h.WakeAt));

    private Statement BindStep(Statement s, JournalHeader h) => s
        .Bind(h.Head).Bind(h.Epoch).Bind(h.PublishedSeq).Bind(Checksums.Micros(h.UpdatedAt)).Bind(h.Model).Bind(h.Summary).Bind(h.Generation)
        .Bind(_checksums.Of(h));

    private static long? Micros(DateTimeOffset? at) => at is { } t ? Checksums.Micros(t) : null;
}
