using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Testing;

/// <summary>A silo's line to its journal. Once it is cut, nothing of that silo reaches the journal any more, as if the process were gone.</summary>
internal sealed class SeverableJournal(IJournal inner) : IJournal
{
    private readonly TaskCompletionSource _severed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string? Refusal => inner.Refusal;

    public long Generation => inner.Generation;

    public bool IsCut => _severed.Task.IsCompleted;

    /// <summary>Ends when it is cut.</summary>
    public Task Severed => _severed.Task;

    public void Cut() => _severed.TrySetResult();

    public Task<Lease> AcquireAsync(string id, string? owner) => Line().AcquireAsync(id, owner);

    public Task<AppendOutcome> AppendAsync(Append append) => Line().AppendAsync(append);

    public Task SnapshotAsync(string id, Snapshot snapshot) => Line().SnapshotAsync(id, snapshot);

    public Task<IReadOnlyList<JournalEvent>> ReadAsync(string id, long afterSeq, int limit, CancellationToken cancellation = default) =>
        Line().ReadAsync(id, afterSeq, limit, cancellation);

    public Task<JournalView?> FindAsync(string id, CancellationToken cancellation = default) => Line().FindAsync(id, cancellation);

    public Task<RecordedCommand?> FindCommandAsync(string id, string commandId, CancellationToken cancellation = default) =>
        Line().FindCommandAsync(id, commandId, cancellation);

    public Task<IReadOnlyList<JournalHeader>> ListAsync(ListFilter filter, CancellationToken cancellation = default) =>
        Line().ListAsync(filter, cancellation);

    public Task<IReadOnlyList<JournalHeader>> NewestRunsAsync(
        Principal principal, IReadOnlyCollection<string> threadIds, CancellationToken cancellation = default) =>
        Line().NewestRunsAsync(principal, threadIds, cancellation);

    public Task<IReadOnlyList<JournalHeader>> ScanAsync(RecoveryFilter filter, CancellationToken cancellation = default) =>
        Line().ScanAsync(filter, cancellation);

    public Task<IReadOnlyList<JournalHeader>> ChangesAsync(ChangeFilter filter, CancellationToken cancellation = default) =>
        Line().ChangesAsync(filter, cancellation);

    public Task<IReadOnlyList<JournalHeader>> ExpiredAsync(ExpiryFilter filter, CancellationToken cancellation = default) =>
        Line().ExpiredAsync(filter, cancellation);

    public Task<IReadOnlyDictionary<string, int>> WaitingAsync(IReadOnlyCollection<int>? partitions, CancellationToken cancellation = default) =>
        Line().WaitingAsync(partitions, cancellation);

    public Task<IReadOnlyList<JournalHeader>> WaitingForAsync(WaitFilter filter, CancellationToken cancellation = default) =>
        Line().WaitingForAsync(filter, cancellation);

    public Task<bool> DeleteAsync(string id) => Line().DeleteAsync(id);

    public Task<byte[]?> ReadBodyAsync(string id, string reference, CancellationToken cancellation = default) =>
        Line().ReadBodyAsync(id, reference, cancellation);

    private IJournal Line() => IsCut ? throw new IOException("The process has crashed.") : inner;
}
