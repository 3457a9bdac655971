using OrleansAgents.Events;

namespace OrleansAgents.Journal;

/// <summary>One row per journal: serves lists, recovery and timers. Changes in the append's transaction.</summary>
/// <param name="Status">As folded from the events.</param>
/// <param name="Reason">A word of <see cref="WaitReason"/> or <see cref="PauseReason"/>.</param>
/// <param name="Summary">The beginning of the input, for lists.</param>
/// <param name="Owner">The silo that works on it; null when parked, handed back or ended.</param>
/// <param name="WakeAt">When a supervisor should look at it; null when only a command moves it.</param>
/// <param name="UpdatedAt">By the wall clock of whoever wrote it; events keep an order of their own.</param>
/// <param name="PublishedSeq">Events up to here are on the lifecycle stream, but for those that it refused while it took others.</param>
/// <param name="Marks">Of a thread.</param>
/// <param name="ActiveAt">Of a thread: when something was last said or answered in it. Null for other kinds.</param>
/// <param name="Generation">The store's when the journal was last taken in full knowledge of it, see <see cref="IJournal.Generation"/>.</param>
public sealed record JournalHeader(
    string Id, Principal Principal, string? ThreadId, string Agent, string Model, RunStatus Status, string? Reason, string Summary,
    long Head, long Epoch, string? Owner, DateTimeOffset? WakeAt, long PublishedSeq,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? EndedAt, JournalKind Kind = JournalKind.Run, long Generation = 1,
    ThreadMarks Marks = ThreadMarks.None, DateTimeOffset? ActiveAt = null)
{
    /// <summary>Partitions of the recovery scan; <see cref="JournalIds.PartitionOf"/> says which is a journal's.</summary>
    public const int Partitions = 256;
}

/// <summary>Whose journal it is.</summary>
public enum JournalKind
{
    Run,
    Thread,

    /// <summary>What is kept of one user across threads.</summary>
    Facts,
}

/// <summary>How lists show a thread.</summary>
[Flags]
public enum ThreadMarks
{
    None = 0,
    Pinned = 1,
    Archived = 2,
}

/// <summary>What a list shows. Null means any.</summary>
/// <param name="Before">Only headers older than this position.</param>
/// <param name="Pinned">Of threads.</param>
/// <param name="Archived">Of threads.</param>
public sealed record ListFilter(
    Principal Principal, string? ThreadId, string? Agent, RunStatus? Status, ListPosition? Before, int Limit,
    JournalKind Kind = JournalKind.Run, bool? Pinned = null, bool? Archived = null);

/// <summary>A place in a list, newest first: of threads by (activeAt, id), of others by (createdAt, id).</summary>
public sealed record ListPosition(DateTimeOffset At, string Id)
{
    public static ListPosition Of(JournalHeader h) => new(h.Kind == JournalKind.Thread ? h.ActiveAt!.Value : h.CreatedAt, h.Id);
}

/// <summary>Journals of one kind in the order of (updatedAt, id), from a time on.</summary>
/// <param name="AfterId">Only those behind this id, where the time is the same.</param>
public sealed record ChangeFilter(DateTimeOffset Since, string AfterId, int Limit, JournalKind Kind = JournalKind.Run);

/// <summary>Journals that nobody changed since a time.</summary>
/// <param name="Partitions">Partitions to look at; null means all.</param>
public sealed record ExpiryFilter(DateTimeOffset Before, IReadOnlyCollection<int>? Partitions, int Limit);

/// <summary>Runs that wait.</summary>
/// <param name="Reason">A word of <see cref="WaitReason"/>.</param>
/// <param name="Model">Name of a model configuration; null means any.</param>
/// <param name="AfterId">Only those behind this id.</param>
public sealed record WaitFilter(string Reason, string? Model, string AfterId, int Limit);

/// <summary>What recovery looks for: <c>wakeAt ≤ Now</c>, an owner that is none of <paramref name="LiveOwners"/>, or a resting journal with a wake time that is <see cref="IsAhead"/>.</summary>
/// <param name="Partitions">Partitions to look at; null means all.</param>
public sealed record RecoveryFilter(
    DateTimeOffset Now, IReadOnlyCollection<string> LiveOwners, IReadOnlyCollection<int>? Partitions, int Limit)
{
    /// <summary>Clocks of silos differ by less than this.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>Headers that changed after this were written by a clock that was ahead: their wake times are too late.</summary>
    public DateTimeOffset AheadFrom => Now < DateTimeOffset.MaxValue - Skew ? Now + Skew : DateTimeOffset.MaxValue;

    /// <summary>Whether the header was written by a clock that was ahead.</summary>
    public bool IsAhead(JournalHeader header) => header.UpdatedAt > AheadFrom;
}
