using OrleansAgents.Journal;

namespace OrleansAgents.Testing;

/// <summary>A journal that a silo can be cut off from: what it does afterwards reaches nobody, as if it had been killed there.</summary>
internal sealed class SeveredJournal(IJournal inner) : JournalDecorator(inner)
{
    private volatile bool _severed;

    public void Sever() => _severed = true;

    public override Task<Lease> AcquireAsync(string id, string? owner) =>
        _severed ? throw new StorageRefusedException(StorageRefusal.ReadOnly, "The test has cut this silo off.") : Inner.AcquireAsync(id, owner);

    public override Task<AppendOutcome> AppendAsync(Append append) =>
        _severed ? Task.FromResult(AppendOutcome.Fenced) : Inner.AppendAsync(append);

    public override Task SnapshotAsync(string id, Snapshot snapshot) => _severed ? Task.CompletedTask : Inner.SnapshotAsync(id, snapshot);

    public override Task<IReadOnlyList<JournalHeader>> ScanAsync(RecoveryFilter filter, CancellationToken cancellation = default) =>
        _severed ? Task.FromResult<IReadOnlyList<JournalHeader>>([]) : Inner.ScanAsync(filter, cancellation);
}
