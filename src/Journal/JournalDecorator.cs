using OrleansAgents.Events;

namespace OrleansAgents.Journal;

/// <summary>Passes every call to another journal. Derived classes override the calls that they measure, delay or fail.</summary>
internal abstract class JournalDecorator(IJournal inner) : IJournal
{
    protected IJournal Inner => inner;

    public virtual string? Refusal => inner.Refusal;

    public virtual long Generation => inner.Generation;

    public virtual Task<Lease> AcquireAsync(string id, string? owner) => inner.AcquireAsync(id, owner);

    public virtual Task<AppendOutcome> AppendAsync(Append append) => inner.AppendAsync(append);

    public virtual Task SnapshotAsync(string id, Snapshot snapshot) => inner.SnapshotAsync(id, snapshot);

    public virtual Task<IReadOnlyList<JournalEvent>> ReadAsync(string id, long afterSeq, int limit, CancellationToken cancellation = default) =>
        inner.ReadAsync(id, afterSeq, limit, cancellation);

    public virtual Task<JournalView?> FindAsync(string id, CancellationToken cancellation = default) => inner.FindAsync(id, cancellation);

    public virtual Task<RecordedCommand?> FindCommandAsync(string id, string commandId, CancellationToken cancellation = default) =>
        inner.FindCommandAsync(id, commandId, cancellation);

    public virtual Task<IReadOnlyList<JournalHeader>> ListAsync(ListFilter filter, CancellationToken cancellation = default) =>
        inner.ListAsync(filter, cancellation);

    public virtual Task<IReadOnlyList<JournalHeader>> NewestRunsAsync(
        Principal principal, IReadOnlyCollection<string> threadIds, CancellationToken cancellation = default) =>
        inner.NewestRunsAsync(principal, threadIds, cancellation);

    public virtual Task<IReadOnlyList<JournalHeader>> ScanAsync(RecoveryFilter filter, CancellationToken cancellation = default) =>
        inner.ScanAsync(filter, cancellation);

    public virtual Task<IReadOnlyList<JournalHeader>> ChangesAsync(ChangeFilter filter, CancellationToken cancellation = default) =>
        inner.ChangesAsync(filter, cancellation);

    public virtual Task<IReadOnlyList<JournalHeader>> ExpiredAsync(ExpiryFilter filter, CancellationToken cancellation = default) =>
        inner.ExpiredAsync(filter, cancellation);

    public virtual Task<IReadOnlyDictionary<string, int>> WaitingAsync(IReadOnlyCollection<int>? partitions, CancellationToken cancellation = default) =>
        inner.WaitingAsync(partitions, cancellation);

    public virtual Task<IReadOnlyList<JournalHeader>> WaitingForAsync(WaitFilter filter, CancellationToken cancellation = default) =>
        inner.WaitingForAsync(filter, cancellation);

    public virtual Task<bool> DeleteAsync(string id) => inner.DeleteAsync(id);

    public virtual Task<byte[]?> ReadBodyAsync(string id, string reference, CancellationToken cancellation = default) =>
        inner.ReadBodyAsync(id, reference, cancellation);
}
