namespace OrleansAgents.Events;

/// <summary>A summary stands for a range of a thread's turns: a new version of its memory. What it stands for is kept, and found as before.</summary>
/// <param name="Version">1, 2, 3 … in the thread; a summary is named by the version that it came with.</param>
/// <param name="By"><c>extractive</c>, or the model configuration that wrote it.</param>
/// <param name="Level">0 over turns, 1 over summaries of level 0, and so on.</param>
/// <param name="Text">What a model wrote: data, whatever it says. Null for an extractive summary, which is its passages.</param>
/// <param name="Facts">What the turns say literally (ids, numbers, dates) and the text does not.</param>
/// <param name="Passages">What an extractive summary chose, in order.</param>
/// <param name="Replaces">The summaries that this one stands for, by version.</param>
/// <param name="TokensBefore">Estimated tokens of what it stands for.</param>
/// <param name="TokensAfter">Estimated tokens of it.</param>
/// <param name="Dropped">What it does not say word for word.</param>
public sealed record MemoryCompacted(
    int Version, string By, int Level, int FromTurn, int ThroughTurn, long TokensBefore, long TokensAfter, IReadOnlyList<Dropped> Dropped,
    string? Text = null, string? Facts = null, IReadOnlyList<PassageRef>? Passages = null, IReadOnlyList<int>? Replaces = null,
    Usage? Usage = null) : ThreadEvent;

/// <summary>A summary was not made or not good enough; the thread's memory stays as it was.</summary>
/// <param name="Attempt">1, 2, 3 … since the last that succeeded.</param>
/// <param name="RetryAt">It is not tried again before; null when the next turn may.</param>
public sealed record MemoryFailed(
    string Code, string Message, int FromTurn, int ThroughTurn, int Attempt, DateTimeOffset? RetryAt = null, Usage? Usage = null) : ThreadEvent;

/// <summary>The memory is what it was at an earlier version. What that one did not summarise stays unsummarised; newer turns go on.</summary>
/// <param name="Restored">The version that it is like; 0 is before the first summary.</param>
public sealed record MemoryRestored(int Version, int Restored, string By) : ThreadEvent;

/// <summary>A turn's run was deleted: no summary that stands on it is told, shown or restored any more.</summary>
public sealed record MemoryForgotten(int Version, int Turn) : ThreadEvent;

/// <summary>A passage of a conversation.</summary>
/// <param name="Place">0, 1, 2 … among the passages of the turn.</param>
public sealed record PassageRef(int Turn, int Place);

/// <summary>What a summary does not say word for word.</summary>
/// <param name="Tokens">Estimated tokens.</param>
/// <param name="Why">In words.</param>
public sealed record Dropped(int Turn, long Tokens, string Why);
