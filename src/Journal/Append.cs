using OrleansAgents.Events;

namespace OrleansAgents.Journal;

/// <summary>One atomic commit to one journal.</summary>
/// <param name="Id">The journal.</param>
/// <param name="Epoch">Epoch of the lease.</param>
/// <param name="ExpectedHead">Seq of the last event before this append; 0 with epoch 1 creates the journal.</param>
/// <param name="Events">Seqs follow <paramref name="ExpectedHead"/> without holes; empty for a header or command alone.</param>
/// <param name="Header">The header after this commit; its head and epoch are those of the commit.</param>
/// <param name="Commands">Client commands that it acknowledges; each id is unique in the journal.</param>
/// <param name="Bodies">Bodies that the events refer to; stored once per content, counted per journal.</param>
/// <param name="Released">Bodies that this journal refers to no longer. Those that no other journal has are gone with the commit, overwritten and not only unlinked.</param>
public sealed record Append(
    string Id, long Epoch, long ExpectedHead, IReadOnlyList<JournalEvent> Events, JournalHeader Header,
    IReadOnlyList<RecordedCommand> Commands, IReadOnlyList<Body> Bodies, IReadOnlyList<string>? Released = null);

/// <summary>A client's command as it was acknowledged.</summary>
/// <param name="RequestHash">SHA-256 of the parsed request, hexadecimal.</param>
/// <param name="Seq">Seq of the first event that followed from it, or the head where none did.</param>
public sealed record RecordedCommand(string CommandId, string RequestHash, long Seq);

/// <summary>Bytes kept beside the events, named by their content (<c>sha256:</c> + 64 hex digits).</summary>
public sealed record Body(string Ref, byte[] Data);

/// <summary>A fold of committed events up to <paramref name="Seq"/>. A reader ignores a version that it does not know.</summary>
public sealed record Snapshot(long Seq, int FoldVersion, byte[] Data);

/// <summary>The right to append, until somebody acquires after us.</summary>
/// <param name="Epoch">Ours.</param>
/// <param name="PreviousEpoch">The one before; equal to the caller's last epoch when nobody came between. 0 for a new journal.</param>
/// <param name="PreviousOwner">Owner in the header before; null when it was parked or handed back.</param>
/// <param name="Header">Null for a new journal.</param>
/// <param name="Snapshot">The newest usable one.</param>
/// <param name="Tail">Every event after the snapshot, or from the start.</param>
public sealed record Lease(
    string Id, long Epoch, long PreviousEpoch, string? PreviousOwner, JournalHeader? Header, Snapshot? Snapshot,
    IReadOnlyList<JournalEvent> Tail);

/// <summary>What readers need without taking the journal.</summary>
public sealed record JournalView(JournalHeader Header, Snapshot? Snapshot);
