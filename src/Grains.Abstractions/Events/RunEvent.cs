namespace OrleansAgents.Events;

/// <summary>What happened, as a journal keeps it and every client sees it. Never changed after its commit.</summary>
/// <remarks>
/// Durable once appended and never changed. Evolution is additive: a released member is never renamed,
/// removed or given another meaning. <see cref="EventCodec"/> gives each type its stable name on the wire.
/// </remarks>
public abstract record Event;

/// <summary>An event of a run.</summary>
public abstract record RunEvent : Event;

/// <summary>The run exists: everything that was asked for, pinned.</summary>
/// <param name="Agent">Name of the agent.</param>
/// <param name="Definition">SHA-256 of the agent definition's body, as <c>sha256:…</c>; the run finishes on it.</param>
/// <param name="Model">Name of the model configuration that answers.</param>
/// <param name="Input">The user's input, verbatim.</param>
/// <param name="Principal">Who started it.</param>
/// <param name="Budget">What the run may use before it pauses.</param>
/// <param name="Metadata">The caller's own names and values, returned unchanged.</param>
/// <param name="StartAt">The run does not start before this time.</param>
/// <param name="ThreadId">The conversation that it is a turn of.</param>
/// <param name="Earlier">The body of earlier turns' messages that every request of this run begins with.</param>
/// <param name="MemoryVersion">Version of the thread's memory that they were told from; null without one.</param>
/// <param name="Trace">W3C's <c>traceparent</c> of the span that the run was started in; null where nobody traced.</param>
public sealed record RunCreated(
    string Agent, string Definition, string Model, Text Input, Principal Principal, Budget Budget,
    IReadOnlyDictionary<string, string>? Metadata = null, DateTimeOffset? StartAt = null, string? ThreadId = null,
    BodyRef? Earlier = null, int? MemoryVersion = null, string? Trace = null) : RunEvent;

/// <summary>The first step may begin.</summary>
public sealed record RunStarted : RunEvent;

/// <summary>The run waits for a time, or for its model, which is not asked at present.</summary>
/// <param name="Reason">A word of <see cref="WaitReason"/>.</param>
/// <param name="Until">When it goes on by itself.</param>
/// <param name="Error">Why its model is not asked.</param>
public sealed record RunWaiting(string Reason, DateTimeOffset? Until, RunError? Error = null) : RunEvent;

/// <summary>A pause was accepted: from here on nothing new starts.</summary>
/// <param name="Mode">How calls in flight end.</param>
/// <param name="Reason">A word of <see cref="PauseReason"/>.</param>
/// <param name="By">The user who paused it; null where the run paused itself.</param>
public sealed record RunPaused(PauseMode Mode, string Reason, string? By = null) : RunEvent;

/// <summary>The run goes on. After a pause for its budget, the budget is granted once more.</summary>
public sealed record RunResumed : RunEvent;

/// <summary>A person's further message. The next model call sees it; a run does not complete before.</summary>
/// <param name="Delivery">Whether the call that was open went on or was cut.</param>
public sealed record MessageReceived(Text Content, MessageDelivery Delivery) : RunEvent;

/// <summary>A person's judgement of the run's answer; a newer one replaces it. The only event that may follow the end of a run.</summary>
/// <param name="Note">In the person's own words.</param>
/// <param name="By">The user who gave it.</param>
public sealed record FeedbackGiven(FeedbackValue Value, string? Note, string By) : RunEvent;

/// <summary>A limit of the run's budget was met; a pause follows.</summary>
/// <param name="Limit"><c>steps</c>, <c>tokens</c>, <c>seconds</c> or <c>cost</c>.</param>
/// <param name="Allowed">The limit, in units of <paramref name="Limit"/>.</param>
public sealed record BudgetReached(string Limit, decimal Allowed) : RunEvent;

/// <summary>The run ended with an answer.</summary>
public sealed record RunCompleted(Text Output, Usage Usage) : RunEvent;

/// <summary>The run ended without an answer.</summary>
public sealed record RunFailed(RunError Error) : RunEvent;

/// <summary>A cancel was accepted; calls that must not be cut get until <paramref name="Deadline"/>.</summary>
/// <param name="By">The user who cancelled it.</param>
public sealed record RunCancelling(string? Reason, DateTimeOffset Deadline, string? By = null) : RunEvent;

/// <summary>The run was cancelled: its last event.</summary>
public sealed record RunCancelled(string? Reason) : RunEvent;
