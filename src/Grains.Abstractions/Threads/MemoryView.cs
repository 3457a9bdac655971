using OrleansAgents.Events;

namespace OrleansAgents.Threads;

/// <summary>A thread's compressed memory. Nothing that it stands for was deleted.</summary>
/// <param name="Version">The present version; 0 while nothing was summarised.</param>
/// <param name="Shown">The version that the summaries are of.</param>
/// <param name="Versions">All of them, oldest first.</param>
/// <param name="Summaries">The oldest range first.</param>
/// <param name="Failure">Why the newest summary was not made; null once one was.</param>
[GenerateSerializer, Immutable, Alias("memory-view")]
public sealed record MemoryView(
    [property: Id(0)] string ThreadId, [property: Id(1)] int Version, [property: Id(2)] int Shown,
    [property: Id(3)] IReadOnlyList<MemoryVersion> Versions, [property: Id(4)] IReadOnlyList<SummaryView> Summaries,
    [property: Id(5)] MemoryFailure? Failure);

/// <summary>What made a version.</summary>
/// <param name="Kind"><c>compacted</c>, <c>restored</c> or <c>forgotten</c>.</param>
/// <param name="By"><c>extractive</c>, a model configuration, or who restored.</param>
/// <param name="Restored">The version that it is like.</param>
[GenerateSerializer, Immutable, Alias("memory-version")]
public sealed record MemoryVersion(
    [property: Id(0)] int Version, [property: Id(1)] DateTimeOffset At, [property: Id(2)] string Kind, [property: Id(3)] string? By,
    [property: Id(4)] int? FromTurn = null, [property: Id(5)] int? ThroughTurn = null, [property: Id(6)] long? TokensBefore = null,
    [property: Id(7)] long? TokensAfter = null, [property: Id(8)] int? Restored = null, [property: Id(9)] Usage? Usage = null);

/// <summary>A summary as it is told.</summary>
/// <param name="Version">The version that it came with: its name.</param>
/// <param name="Text">Data, whatever it says.</param>
[GenerateSerializer, Immutable, Alias("summary-view")]
public sealed record SummaryView(
    [property: Id(0)] int Version, [property: Id(1)] int Level, [property: Id(2)] int FromTurn, [property: Id(3)] int ThroughTurn,
    [property: Id(4)] string By, [property: Id(5)] string Text, [property: Id(6)] string? Facts, [property: Id(7)] long Tokens,
    [property: Id(8)] long TokensBefore, [property: Id(9)] IReadOnlyList<DroppedView> Dropped);

/// <summary>What a summary does not say word for word.</summary>
[GenerateSerializer, Immutable, Alias("dropped-view")]
public sealed record DroppedView([property: Id(0)] int Turn, [property: Id(1)] long Tokens, [property: Id(2)] string Why);

/// <param name="Attempts">In a row.</param>
/// <param name="RetryAt">It is not tried again before; null when the next turn may.</param>
[GenerateSerializer, Immutable, Alias("memory-failure")]
public sealed record MemoryFailure(
    [property: Id(0)] DateTimeOffset At, [property: Id(1)] string Code, [property: Id(2)] string Message, [property: Id(3)] int Attempts,
    [property: Id(4)] DateTimeOffset? RetryAt);
