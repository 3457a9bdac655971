using System.Text.Json;

namespace OrleansAgents.Events;

/// <summary>The intent to call a tool, recorded before the call.</summary>
/// <param name="IdempotencyKey">The same for every attempt at this call.</param>
public sealed record ToolStarted(
    int Step, string CallId, string Tool, JsonElement Arguments, int Attempt, string IdempotencyKey) : RunEvent;

/// <summary>The tool's result.</summary>
/// <param name="DurationMs">Milliseconds from dispatch to result, by the monotonic clock.</param>
public sealed record ToolCompleted(string CallId, int Attempt, Text Result, long DurationMs) : RunEvent;

/// <summary>The call has no result.</summary>
/// <param name="Attempt">0 for a call that was never started because it was malformed.</param>
/// <param name="Outcome">What is known of the effect.</param>
/// <param name="WillRetry">Another attempt follows; otherwise the error is the model's answer.</param>
/// <param name="RetryAt">When the next attempt may start.</param>
public sealed record ToolFailed(
    string CallId, int Attempt, RunError Error, ToolOutcome Outcome, bool WillRetry, DateTimeOffset? RetryAt = null) : RunEvent;

/// <summary>A result whose attempt was no longer open: recorded, never applied.</summary>
public sealed record ToolLate(string CallId, int Attempt, Text? Result, RunError? Error) : RunEvent;

/// <summary>Nobody knows whether a call took effect; a person says what follows.</summary>
/// <param name="Text">The question, in words.</param>
/// <param name="RetryFrom">Before this time a retry could meet the first call still at work, and is refused.</param>
/// <param name="Approval">True when a person's yes is all that the call needs.</param>
public sealed record DecisionRequested(string CallId, string Text, DateTimeOffset RetryFrom, bool? Approval = null) : RunEvent;

/// <summary>What was decided about a call that does not go on by itself.</summary>
/// <param name="Result">With <see cref="CallDecision.Skip"/>: what the model is told the call returned.</param>
/// <param name="By">The user who decided, or <see cref="OnUnknownRule"/> where the tool's own rule or check did.</param>
/// <param name="RetryAt">With <see cref="CallDecision.Retry"/>: not before this time.</param>
public sealed record DecisionResolved(
    string CallId, CallDecision Decision, Text? Result, string By, DateTimeOffset? RetryAt = null) : RunEvent
{
    /// <summary>Stands in <see cref="By"/> for the tool's <c>OnUnknown</c>.</summary>
    public const string OnUnknownRule = "on_unknown";
}

/// <summary>The intent to ask the tool's own check whether a call of unknown outcome took effect. It changes nothing and may be repeated.</summary>
/// <param name="Attempt">The attempt whose outcome is unknown.</param>
/// <param name="Check">1, 2, 3 … in the call.</param>
public sealed record ToolChecking(int Step, string CallId, int Attempt, int Check) : RunEvent;

/// <summary>What the check found; a decision follows from it, by the check or by a person.</summary>
/// <param name="Error">Why it found nothing out.</param>
/// <param name="RetryAt">When it is asked again.</param>
public sealed record ToolChecked(
    string CallId, int Check, CheckFinding Finding, RunError? Error = null, DateTimeOffset? RetryAt = null) : RunEvent;
