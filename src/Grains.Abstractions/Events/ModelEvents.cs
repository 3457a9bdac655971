namespace OrleansAgents.Events;

/// <summary>The intent to ask the model, recorded before the request leaves.</summary>
/// <param name="Step">Number of the step in the run; a retry keeps it.</param>
/// <param name="Attempt">1, 2, 3 … within the step.</param>
/// <param name="Model">Name of the model configuration.</param>
/// <param name="Reserved">Tokens set aside for the worst case: estimated input and the longest answer.</param>
/// <param name="Context">What the request is assembled from.</param>
public sealed record ModelStarted(int Step, int Attempt, string Model, long Reserved, ContextPin Context) : RunEvent;

/// <summary>Pins the inputs of a model request, so that it can be assembled again and compared.</summary>
/// <param name="From">Seq of the first event in the window; the run's input is always part of it.</param>
/// <param name="Through">Seq of the last event that the model saw.</param>
/// <param name="Tokens">Estimated tokens of the request.</param>
/// <param name="Assembler">Name and version of the assembling function.</param>
/// <param name="MemoryVersion">Version of the thread's memory that earlier turns were told from; null without one.</param>
/// <param name="Scale">Percent that the provider has counted of what was estimated, by which the request was kept smaller; null up to 100.</param>
public sealed record ContextPin(long From, long Through, long Tokens, string Assembler, int? MemoryVersion = null, int? Scale = null);

/// <summary>A whole model answer.</summary>
/// <param name="Content">Text and reasoning in the order in which they were produced; deltas count their offsets along it.</param>
/// <param name="ToolCalls">The calls the model asks for; empty in a final answer.</param>
/// <param name="FinishReason"><c>stop</c>, <c>tool_calls</c>, <c>length</c>, or <c>interrupted</c> by a message, a pause, a cancel or a budget: then it is no final answer.</param>
/// <param name="ContextTokens">Estimated tokens of the request.</param>
/// <param name="RequestHash">SHA-256 over the digests of what was sent, as <c>sha256:…</c>.</param>
/// <param name="Output">The answer's text where its text parts are not: several parts that together are too long to be inline, or JSON that had a code fence or the model's thinking around it.</param>
/// <param name="Invalid">Why a final answer is not the run's output (it does not fit the output's schema), in words for the model, which is asked again.</param>
public sealed record ModelCompleted(
    int Step, int Attempt, IReadOnlyList<ContentPart> Content, IReadOnlyList<ToolCallRequest> ToolCalls,
    Usage Usage, string FinishReason, long ContextTokens, string RequestHash, string? Invalid = null, Text? Output = null) : RunEvent;

/// <summary>The attempt gave no answer; text that was shown of it is withdrawn.</summary>
/// <param name="RetryAt">When the next attempt may start; without it, as soon as the run goes on.</param>
/// <param name="Reason">What the run waits for until then: <see cref="WaitReason.Retry"/> or <see cref="WaitReason.Provider"/>.</param>
/// <param name="Final">True when no further attempt will be made: the run fails.</param>
/// <param name="Defect">True for a fault that waiting cannot mend: three in a row with one code pause the run.</param>
/// <param name="Usage">What the attempt counts: what was received of it, or what was reserved where nobody knows. Absent for a request that was refused or never left.</param>
public sealed record ModelFailed(
    int Step, int Attempt, RunError Error, DateTimeOffset? RetryAt = null, string? Reason = null, bool? Final = null, bool? Defect = null,
    Usage? Usage = null) : RunEvent;

/// <summary>The waiting attempt at a model call is due now.</summary>
/// <param name="By">Who asked for it; null when the model has answered another call or the configuration was read anew.</param>
public sealed record RetryRequested(string? By = null) : RunEvent;
