using OrleansAgents.Events;

namespace OrleansAgents.Journal;

/// <summary>The only truth: one ordered, fenced, durable journal per run.</summary>
/// <remarks>
/// Thread-safe. What a method acknowledges is on disk. A write is never cancelled half-way: tokens stop reads and waits only.
/// Every implementation passes the same contract test suite.
/// </remarks>
public interface IJournal
{
    /// <summary>Takes the journal: raises its epoch by compare-and-swap, so that every earlier lease is fenced off.</summary>
    /// <returns>The lease, with all that is needed to fold the state. For an unknown id: epoch 1, head 0, nothing written yet.</returns>
    /// <exception cref="JournalDeletedException">The journal was deleted.</exception>
    /// <exception cref="JournalDamagedException">A stored row does not match its checksum.</exception>
    /// <exception cref="StorageRefusedException">The store refuses writes; nothing changed.</exception>
    /// <param name="owner">Who works on it; null when nothing will be in flight and nobody has to be asked for it.</param>
    Task<Lease> AcquireAsync(string id, string? owner);

    /// <summary>Appends events, commands, bodies and the new header as one atomic commit, if epoch and head still match.</summary>
    /// <remarks>
    /// With no events it records commands or the header alone. Entries of many journals share a flush, but each is its own
    /// compare-and-swap: a fenced entry is skipped alone. A header of a higher epoch than the lease's ends that lease with this append.
    /// </remarks>
    /// <exception cref="StorageRefusedException">The store refuses writes; certainly nothing changed. The lease stays good.</exception>
    Task<AppendOutcome> AppendAsync(Append append);

    /// <summary>Stores a fold of committed events. A cache: never waited for by a run, replaced by the next.</summary>
    Task SnapshotAsync(string id, Snapshot snapshot);

    /// <summary>Committed events after <paramref name="afterSeq"/>, in order and without holes, at most <paramref name="limit"/>.</summary>
    /// <exception cref="JournalDamagedException">The next event cannot be read; those before it were returned by an earlier call or are returned now.</exception>
    Task<IReadOnlyList<JournalEvent>> ReadAsync(string id, long afterSeq, int limit, CancellationToken cancellation = default);

    /// <summary>The journal's header and newest usable snapshot, or null when it does not exist.</summary>
    /// <exception cref="JournalDeletedException">The journal was deleted.</exception>
    Task<JournalView?> FindAsync(string id, CancellationToken cancellation = default);

    /// <summary>A command recorded by an earlier append, or null.</summary>
    Task<RecordedCommand?> FindCommandAsync(string id, string commandId, CancellationToken cancellation = default);

    /// <summary>Headers for a list, newest first, see <see cref="ListPosition"/>.</summary>
    Task<IReadOnlyList<JournalHeader>> ListAsync(ListFilter filter, CancellationToken cancellation = default);

    /// <summary>The newest run of each of these threads, by (createdAt, id); of one without a run, nothing. One read, however many threads.</summary>
    Task<IReadOnlyList<JournalHeader>> NewestRunsAsync(
        Principal principal, IReadOnlyCollection<string> threadIds, CancellationToken cancellation = default);

    /// <summary>Headers of journals that somebody should look after: a due wake time, an owner that is not alive, or a wake time that a clock gave which was ahead of this one.</summary>
    Task<IReadOnlyList<JournalHeader>> ScanAsync(RecoveryFilter filter, CancellationToken cancellation = default);

    /// <summary>Headers that changed at or after a time, in the order of (updatedAt, id).</summary>
    Task<IReadOnlyList<JournalHeader>> ChangesAsync(ChangeFilter filter, CancellationToken cancellation = default);

    /// <summary>What retention may delete, least recently changed first: ended runs that are no turn of a thread, and threads at rest. What is not published yet is not among them.</summary>
    Task<IReadOnlyList<JournalHeader>> ExpiredAsync(ExpiryFilter filter, CancellationToken cancellation = default);

    /// <summary>How many runs wait, by reason (<see cref="WaitReason"/>).</summary>
    /// <param name="partitions">Partitions to count; null means all.</param>
    Task<IReadOnlyDictionary<string, int>> WaitingAsync(IReadOnlyCollection<int>? partitions, CancellationToken cancellation = default);

    /// <summary>Headers of runs that wait for a reason, in the order of their ids.</summary>
    Task<IReadOnlyList<JournalHeader>> WaitingForAsync(WaitFilter filter, CancellationToken cancellation = default);

    /// <summary>Deletes an ended journal: events, commands, snapshot, and bodies that nothing else refers to. Its id stays known as deleted.</summary>
    /// <returns>False when it does not exist or was deleted before.</returns>
    Task<bool> DeleteAsync(string id);

    /// <summary>A body that a commit of this journal stored and none released, by its name (<c>sha256:…</c>); else null.</summary>
    /// <remarks>Nobody reads a body by its name alone: whoever knows a hash need not be allowed to read what it stands for.</remarks>
    /// <param name="id">The journal.</param>
    /// <exception cref="JournalDeletedException">The journal was deleted.</exception>
    /// <exception cref="JournalDamagedException">The stored bytes do not match the name.</exception>
    Task<byte[]?> ReadBodyAsync(string id, string reference, CancellationToken cancellation = default);

    /// <summary>1, and one more with each restore from a backup. A header of an earlier one is of a journal that may have gone on in the time that is lost.</summary>
    long Generation { get; }

    /// <summary>Why the store refuses writes at present, in a sentence, or null when it takes them.</summary>
    string? Refusal { get; }
}

/// <summary>How an append ended.</summary>
public enum AppendOutcome
{
    /// <summary>All of it is on disk.</summary>
    Committed,

    /// <summary>Epoch or head did not match: somebody else owns the journal. Nothing was written.</summary>
    Fenced,

    /// <summary>The flush failed: it may or may not be there. Acquire again and look.</summary>
    Unknown,
}
