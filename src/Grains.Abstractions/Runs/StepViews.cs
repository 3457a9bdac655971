using OrleansAgents.Events;

namespace OrleansAgents.Runs;

/// <summary>One step with its full input, output and attempts.</summary>
/// <param name="Kind"><c>model</c> or <c>tool</c>.</param>
/// <param name="Arguments">A tool call's arguments.</param>
/// <param name="Content">A model answer's parts and tool calls, as recorded in <c>model.completed</c>.</param>
[GenerateSerializer, Immutable, Alias("step-view")]
public sealed record StepView(
    [property: Id(0)] int Step, [property: Id(1)] string Kind, [property: Id(2)] string Status,
    [property: Id(3)] string? Tool, [property: Id(4)] string? CallId, [property: Id(5)] RawJson? Arguments,
    [property: Id(6)] RawJson? Content, [property: Id(7)] Text? Result, [property: Id(8)] RunError? Error,
    [property: Id(9)] Usage? Usage, [property: Id(10)] IReadOnlyList<AttemptView> Attempts);

[GenerateSerializer, Immutable, Alias("attempt-view")]
public sealed record AttemptView(
    [property: Id(0)] int Attempt, [property: Id(1)] long StartedSeq, [property: Id(2)] DateTimeOffset StartedAt,
    [property: Id(3)] DateTimeOffset? EndedAt, [property: Id(4)] string Outcome, [property: Id(5)] RunError? Error);

/// <param name="NextAfter">Pass as <c>after</c> for the next page; null on the last.</param>
[GenerateSerializer, Immutable, Alias("step-list")]
public sealed record StepList([property: Id(0)] IReadOnlyList<StepView> Items, [property: Id(1)] int? NextAfter);

/// <summary>What the model saw at a step, assembled again.</summary>
/// <param name="Request">The assembled request: instructions, messages and tools, as JSON.</param>
/// <param name="Hash">SHA-256 over the digests of <paramref name="Request"/>.</param>
/// <param name="RecordedHash">The hash that the answer recorded; null while there is no answer.</param>
/// <param name="Matches">Whether both are equal; null while there is no answer.</param>
/// <param name="Manifest">What the request is made of.</param>
[GenerateSerializer, Immutable, Alias("step-context")]
public sealed record StepContext(
    [property: Id(0)] int Step, [property: Id(1)] int Attempt, [property: Id(2)] string Assembler, [property: Id(3)] long From,
    [property: Id(4)] long Through, [property: Id(5)] RawJson Request, [property: Id(6)] string Hash,
    [property: Id(7)] string? RecordedHash, [property: Id(8)] bool? Matches, [property: Id(9)] ContextManifest Manifest);
