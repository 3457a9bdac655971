using System.Collections.Immutable;
using System.Text.Json;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;

namespace OrleansAgents.Core.Runs;

/// <summary>What the core knows of a run: a fold of its events, small however long the run is.</summary>
/// <remarks>Holds open calls, budgets and window bounds; of texts only the final answer's.</remarks>
internal sealed record RunState
{
    /// <summary>Raised whenever the same events would fold to another state; older snapshots are then ignored.</summary>
    public const int FoldVersion = 3;

    public static RunState Empty { get; } = new();

    public long Head { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    public string Agent { get; init; } = "";
    public string Definition { get; init; } = "";
    public string ModelName { get; init; } = "";
    public Principal Principal { get; init; } = Principal.Local;
    public Budget Budget { get; init; } = new();
    public ImmutableDictionary<string, string> Metadata { get; init; } = ImmutableDictionary<string, string>.Empty;
    /// <summary>The conversation that it is a turn of.</summary>
    public string? ThreadId { get; init; }

    /// <summary>Version of the thread's memory that earlier turns were told from.</summary>
    public int? MemoryVersion { get; init; }

    /// <summary>Estimated tokens that every request begins with: earlier turns and the input.</summary>
    public long InputTokens { get; init; }

    /// <summary>Percent that the provider has counted of what was estimated, see <see cref="Tokens.Scale"/>; null before it counted a request that is large enough.</summary>
    public int? Scale { get; init; }

    /// <summary>The run does not start before this time.</summary>
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>That it waits for <see cref="StartAt"/> is recorded.</summary>
    public bool Timed { get; init; }

    /// <summary>Set with the terminal event.</summary>
    public RunStatus? Ended { get; init; }

    /// <summary>The final answer, from the moment it is recorded.</summary>
    public Text? Output { get; init; }

    /// <summary>The newest judgement of the answer.</summary>
    public FeedbackGiven? Feedback { get; init; }

    /// <summary>What the run failed of, or will fail of with the next decision.</summary>
    public RunError? Error { get; init; }

    public PauseState? Pause { get; init; }

    /// <summary>Seq of the pause after the newest restore; what was decided before it counts no more. 0 when there was none.</summary>
    public long RestoredSeq { get; init; }

    public CancelState? Cancelling { get; init; }

    /// <summary>The highest step number given out.</summary>
    public int Step { get; init; }

    /// <summary>The model call that is open or will be tried again.</summary>
    public ModelCall? Model { get; init; }

    /// <summary>The calls of the newest answer, until the next model call starts.</summary>
    public ImmutableArray<ToolCallState> Tools { get; init; } = [];

    /// <summary>Whole groups (an answer and its results) that a request may still hold, oldest first.</summary>
    public ImmutableArray<WindowGroup> Window { get; init; } = [];

    /// <summary>Seq of the newest message; a run does not complete before an answer saw it.</summary>
    public long MessageSeq { get; init; }

    /// <summary>Seq of the last event that the newest answer saw.</summary>
    public long SeenThrough { get; init; }

    public Usage Usage { get; init; } = new();

    /// <summary>Takeovers in a row that found something open, without a recorded result between them.</summary>
    public int Interruptions { get; init; }

    /// <summary>Seq of the newest event that such a takeover wrote.</summary>
    public long InterruptedSeq { get; init; }

    /// <summary>Model faults in a row.</summary>
    public int Faults { get; init; }

    /// <summary>1 when the run was woken because its provider answers others, and one more for each time in a row that it was refused since; else 0.</summary>
    public int Refusals { get; init; }

    /// <summary>Faults in a row with one code that waiting cannot mend.</summary>
    public int Defects { get; init; }

    /// <summary>The newest fault of the model; null after an answer.</summary>
    public RunError? LastFault { get; init; }

    /// <summary>Its model is not asked at present, by anybody.</summary>
    public ModelHold? Hold { get; init; }

    /// <summary>Answers in a row that held a call which could not be dispatched, or did not fit the output's schema.</summary>
    public int InvalidAnswers { get; init; }

    /// <summary>The limit that was met and not yet granted again.</summary>
    public string? BudgetReached { get; init; }

    /// <summary>How often the budget was granted.</summary>
    public int Grants { get; init; } = 1;

    public bool Exists => Head > 0;
}

/// <param name="Mode">As accepted.</param>
internal sealed record PauseState(PauseMode Mode, string Reason);

/// <param name="Deadline">When calls that may not be cut are recorded as unknown.</param>
internal sealed record CancelState(string? Reason, DateTimeOffset Deadline);

/// <summary>Where a call stands.</summary>
internal enum CallPhase
{
    /// <summary>Asked for by the model, not yet started.</summary>
    Planned,

    /// <summary>An intent is recorded: due.</summary>
    Open,

    /// <summary>Another attempt follows.</summary>
    Retrying,

    /// <summary>Its outcome is unknown, and nobody was asked yet.</summary>
    Unknown,

    /// <summary>A person was asked.</summary>
    Deciding,

    /// <summary>It has its result, or the error that stands for it.</summary>
    Answered,

    /// <summary>Its outcome is unknown, and the tool's check is asked: due.</summary>
    Checking,
}

/// <summary>The run's model call. Its phase is <see cref="CallPhase.Open"/> or <see cref="CallPhase.Retrying"/>.</summary>
/// <param name="Reserved">Tokens set aside for the worst case, input included.</param>
/// <param name="Wait">A word of <see cref="WaitReason"/> while it waits for <paramref name="RetryAt"/>.</param>
internal sealed record ModelCall(
    int Step, int Attempt, CallPhase Phase, ContextPin Context, long Reserved = 0, DateTimeOffset? RetryAt = null, string? Wait = null);

/// <param name="Reason">A word of <see cref="WaitReason"/>.</param>
internal sealed record ModelHold(string Reason, DateTimeOffset Until, RunError? Error);

/// <param name="Attempt">The newest; 0 before the first.</param>
/// <param name="RetryFrom">While deciding: the time from which a retry is taken.</param>
/// <param name="DecidedBy">Who answered the last decision.</param>
/// <param name="DecidedSeq">Seq of that answer.</param>
/// <param name="AsksApproval">While deciding: a person's yes is all that is needed.</param>
/// <param name="Approved">A person has said yes to the call.</param>
/// <param name="Checks">How often the tool's check was asked.</param>
/// <param name="Unclear">The check could not tell.</param>
internal sealed record ToolCallState(
    string CallId, string Tool, JsonElement Arguments, string? Invalid, int Step, int Attempt, CallPhase Phase,
    DateTimeOffset? StartedAt = null, DateTimeOffset? RetryAt = null, DateTimeOffset? RetryFrom = null,
    string? Question = null, string? DecidedBy = null, long DecidedSeq = 0, bool AsksApproval = false, bool Approved = false, int Checks = 0, bool Unclear = false);

/// <param name="FromSeq">Seq of the group's <c>model.started</c>; 1 for the first. What comes before the next group's belongs to it.</param>
/// <param name="Tokens">Estimated tokens of the answer, its results and the messages among them.</param>
internal sealed record WindowGroup(long FromSeq, long Tokens);
