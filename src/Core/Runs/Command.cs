using System.Collections.Immutable;
using System.Text.Json;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Core.Runs;

/// <summary>Something that asks the core for a decision. Carries the time, for the core has no clock.</summary>
internal abstract record Command(DateTimeOffset At);

// From clients.
/// <param name="Restored">It was asked for before the store was restored, and may have run since.</param>
internal sealed record Start(
    DateTimeOffset At, string Agent, string Definition, string Model, Text Input, Principal Principal, Budget Budget,
    ImmutableDictionary<string, string> Metadata, DateTimeOffset? StartAt, string? ThreadId = null, BodyRef? Earlier = null,
    bool Restored = false, int? MemoryVersion = null, string? Trace = null) : Command(At);

/// <param name="Partial">With <see cref="PauseMode.Now"/>: what the open model call has said so far.</param>
internal sealed record Pause(DateTimeOffset At, PauseMode Mode, string? By = null, PartialAnswer? Partial = null) : Command(At);

internal sealed record GiveFeedback(DateTimeOffset At, FeedbackValue Value, string? Note, string By) : Command(At);

internal sealed record Resume(DateTimeOffset At) : Command(At);

internal sealed record Retry(DateTimeOffset At, string By) : Command(At);

/// <param name="Partial">What the open model call has said so far.</param>
internal sealed record Cancel(DateTimeOffset At, string? Reason, string? By = null, PartialAnswer? Partial = null) : Command(At);

internal sealed record Resolve(DateTimeOffset At, string CallId, CallDecision Decision, Text? Result, string By) : Command(At);

/// <param name="Partial">With an interrupt: what the open model call has said so far.</param>
internal sealed record Message(DateTimeOffset At, Text Content, MessageDelivery Delivery, PartialAnswer? Partial = null) : Command(At);

/// <summary>The beginning of an answer that is cut.</summary>
internal sealed record PartialAnswer(int Step, int Attempt, IReadOnlyList<ContentPart> Content, string RequestHash);

// From the shell.

/// <summary>The first command of every new owner: closes what earlier owners left open.</summary>
/// <param name="Restored">The journal is older than the store: it came back from a backup.</param>
internal sealed record TakeOver(DateTimeOffset At, bool Restored = false) : Command(At);

/// <summary>The last command of an owner that stops: closes what it cut. At-most-once calls still at work stay open.</summary>
/// <param name="NotDispatched">Calls whose intent is recorded but that never left.</param>
/// <param name="Partial">What the open model call has said so far: it is asked again, and what was received counts.</param>
internal sealed record HandBack(DateTimeOffset At, ImmutableHashSet<string> NotDispatched, PartialAnswer? Partial = null) : Command(At);

/// <summary>A time has come.</summary>
/// <param name="GraceIsOver">Calls that may not be cut had their time after a cancel, by the monotonic clock.</param>
internal sealed record Wake(DateTimeOffset At, WakeReason Reason = WakeReason.Due, bool GraceIsOver = false) : Command(At);

// From effects.

/// <param name="ContextTokens">Estimated tokens of the request.</param>
internal sealed record ModelAnswered(
    DateTimeOffset At, int Step, int Attempt, IReadOnlyList<ContentPart> Content, IReadOnlyList<AskedCall> Calls,
    Usage Usage, string FinishReason, long ContextTokens, string RequestHash, string? Invalid = null, Text? Output = null) : Command(At);

/// <summary>A tool call as the provider sent it.</summary>
internal sealed record AskedCall(string ProviderCallId, string Tool, JsonElement Arguments, string? Invalid, string? Protected = null);

/// <param name="Jitter">Random, 0 to 1.</param>
internal sealed record ModelFaulted(
    DateTimeOffset At, int Step, int Attempt, RunError Error, FaultKind Kind, TimeSpan? RetryAfter, double Jitter, Usage? Used = null) : Command(At);

/// <summary>What follows from a fault of a model call.</summary>
internal enum FaultKind
{
    /// <summary>It passes by itself: back-off until the run's budget of time is used up.</summary>
    Transient,

    /// <summary>A person has to mend something at the provider or in the configuration.</summary>
    Provider,

    /// <summary>Waiting mends nothing: three identical ones in a row pause the run.</summary>
    Defect,

    /// <summary>The run fails.</summary>
    Final,
}

internal sealed record ToolReturned(DateTimeOffset At, string CallId, int Attempt, Text Result, long DurationMs) : Command(At);

/// <summary>What the tool's check found.</summary>
/// <param name="Result">With <see cref="CheckFinding.Done"/>: what the call returned.</param>
internal sealed record CallChecked(
    DateTimeOffset At, string CallId, int Check, CheckFinding Finding, Text? Result, RunError? Error) : Command(At);

internal sealed record ToolErred(DateTimeOffset At, string CallId, int Attempt, RunError Error, ToolOutcome Outcome) : Command(At);

/// <summary>Rules that <see cref="Decide"/> reads and <see cref="Fold"/> does not, so that changing them cannot change history.</summary>
/// <param name="RunId">Makes idempotency keys unique over all runs.</param>
/// <param name="Tools">The run's tools by name.</param>
/// <param name="DefinitionTokens">Estimated tokens of instructions and tool declarations.</param>
/// <param name="Draining">The host stops: results are recorded, nothing new starts.</param>
/// <param name="Price">Of the run's model today; null where none is configured.</param>
internal sealed record RunPolicy(
    string RunId, IReadOnlyDictionary<string, ToolDefinition> Tools, long WindowTokens, long DefinitionTokens,
    long MaxOutputTokens, bool Draining = false, Price? Price = null)
{
    public const int MaxInvalidAnswers = 3;
    public const int MaxInterruptions = 5;

    /// <summary>Faults in a row that waiting cannot mend.</summary>
    public const int MaxDefects = 3;
    public static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan MaxBackOff = TimeSpan.FromSeconds(60);

    /// <summary>Between requests to a provider that refuses until a person mends something; the last one again and again.</summary>
    public static readonly IReadOnlyList<TimeSpan> ProviderPauses =
        [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)];

    public static TimeSpan ProviderPause(int refusals) => ProviderPauses[Math.Min(refusals, ProviderPauses.Count - 1)];

    /// <summary>Whether a model call may start: its model has a place for it.</summary>
    public bool HasPlace { get; init; } = true;

    /// <summary>Why the model is not asked for longer than a run waits in its queue; null while it is.</summary>
    public ModelHold? Outage { get; init; }

    /// <summary>Why a call does not start by itself; null when it does. Asked of today's tools, whatever the run is pinned to.</summary>
    public Func<string, JsonElement, ToolHold?> HoldOf { get; init; } = static (_, _) => null;

    /// <summary>What follows when the outcome of an at-most-once call is unknown. Asked of today's tools.</summary>
    public Func<string, UnknownRule> RuleOf { get; init; } = static _ => UnknownRule.Ask;

    public bool IsRepeatable(string tool) => Tools.TryGetValue(tool, out var t) && t.Effect != ToolEffect.AtMostOnce;

    public TimeSpan TimeoutOf(string tool) =>
        TimeSpan.FromSeconds(Tools.TryGetValue(tool, out var t) ? t.TimeoutSeconds : 0);
}
