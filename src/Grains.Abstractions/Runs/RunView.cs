using OrleansAgents.Events;

namespace OrleansAgents.Runs;

/// <summary>A run as clients see it: folded from its events.</summary>
/// <param name="AgentVersion">Content hash of the agent definition that the run is pinned to.</param>
/// <param name="Why">One sentence on what the run does or waits for, with the command that releases it.</param>
/// <param name="Step">The newest step; 0 before the first.</param>
/// <param name="Head">Seq of the newest event.</param>
[GenerateSerializer, Immutable, Alias("run-view")]
public sealed record RunView(
    [property: Id(0)] string Id, [property: Id(1)] string? ThreadId, [property: Id(2)] string Agent,
    [property: Id(3)] string AgentVersion, [property: Id(4)] string Model, [property: Id(5)] RunStatus Status,
    [property: Id(6)] string? Reason, [property: Id(7)] string? Why, [property: Id(8)] int Step, [property: Id(9)] long Head,
    [property: Id(10)] Text Input, [property: Id(11)] Text? Output, [property: Id(12)] RunError? Error,
    [property: Id(13)] IReadOnlyList<PendingView> Pending, [property: Id(14)] Usage Usage, [property: Id(15)] Budget? Budget,
    [property: Id(16)] DateTimeOffset CreatedAt, [property: Id(17)] DateTimeOffset UpdatedAt,
    [property: Id(18)] DateTimeOffset? EndedAt, [property: Id(19)] IReadOnlyDictionary<string, string> Metadata,
    [property: Id(20)] FeedbackView? Feedback = null);

/// <summary>What a person thinks of a run's answer.</summary>
/// <param name="By">The user who said so.</param>
[GenerateSerializer, Immutable, Alias("feedback-view")]
public sealed record FeedbackView([property: Id(0)] FeedbackValue Value, [property: Id(1)] string? Note, [property: Id(2)] string By);

/// <summary>What a run waits for from a person.</summary>
/// <param name="Kind"><c>decision</c>.</param>
/// <param name="Arguments">The call's arguments as JSON.</param>
/// <param name="Until">With a decision: the time from which <c>retry</c> is taken.</param>
[GenerateSerializer, Immutable, Alias("pending-view")]
public sealed record PendingView(
    [property: Id(0)] string Kind, [property: Id(1)] string CallId, [property: Id(2)] string? Tool,
    [property: Id(3)] RawJson? Arguments, [property: Id(4)] string? Text, [property: Id(5)] DateTimeOffset? Until);

/// <summary>An agent that can be started.</summary>
/// <param name="Version">Content hash of its definition.</param>
/// <param name="AllowsInstructions">Whether a start may replace its instructions.</param>
/// <param name="Models">Model configurations that a start may choose; the agent's own is the first.</param>
/// <param name="OutputSchema">JSON schema of its answers; absent where they are free text.</param>
[GenerateSerializer, Immutable, Alias("agent-view")]
public sealed record AgentView(
    [property: Id(0)] string Name, [property: Id(1)] string Description, [property: Id(2)] string Version,
    [property: Id(3)] string Model, [property: Id(4)] bool Demo, [property: Id(5)] IReadOnlyList<ToolView> Tools,
    [property: Id(7)] bool AllowsInstructions, [property: Id(8)] IReadOnlyList<string> Models, [property: Id(6)] RawJson? OutputSchema = null);

[GenerateSerializer, Immutable, Alias("tool-view")]
public sealed record ToolView(
    [property: Id(0)] string Name, [property: Id(1)] string Description, [property: Id(2)] ToolEffect Effect,
    [property: Id(3)] bool NeedsApproval, [property: Id(4)] RawJson Parameters);
