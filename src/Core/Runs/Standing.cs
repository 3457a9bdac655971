using OrleansAgents.Events;

namespace OrleansAgents.Core.Runs;

/// <summary>Reads of the state that clients, headers and the shell need.</summary>
internal static class Standing
{
    /// <summary>Why a run stands still that has something to do.</summary>
    public const string InQueue = "It waits for its turn at its model, or for a silo that goes on with it. Nothing has to be done; /pause and /cancel work.";

    public static RunStatus StatusOf(RunState s) => Of(s).Status;

    /// <summary>Status, reason, and one sentence with the command that releases it.</summary>
    public static (RunStatus Status, string? Reason, string? Why) Of(RunState s) => s switch
    {
        { Ended: { } ended } => (ended, null, null),
        { Cancelling: not null } => (RunStatus.Running, null, "It is being cancelled: calls that may not be cut get 10 s to end."),
        { Pause: { } pause } => (RunStatus.Paused, pause.Reason, WhyPaused(s, pause)),
        { StartedAt: null } => s.StartAt is { } at
            ? (RunStatus.Waiting, WaitReason.Timer, $"It starts at {at:O}; cancel it with /cancel.")
            : (RunStatus.Queued, null, "It is about to start."),
        _ when Due(s).Any() => (RunStatus.Running, null, null),
        _ when s.Tools.FirstOrDefault(t => t.Phase == CallPhase.Deciding) is { } t =>
            (RunStatus.Waiting, WaitReason.Decision, $"{t.Question} Answer with /pending/{t.CallId}."),
        { Hold: { } hold } => (RunStatus.Waiting, hold.Reason, NotAsked(hold)),
        { Model: { Phase: CallPhase.Retrying, RetryAt: { } at, Wait: WaitReason.Provider } } =>
            (RunStatus.Waiting, WaitReason.Provider, $"{s.LastFault?.Message ?? "The model's provider refuses the request."} {Again(WaitReason.Provider, at)}"),
        _ when RetryAt(s) is { } at => (RunStatus.Waiting, WaitReason.Retry, $"The last attempt failed. {s.LastFault?.Message} {Again(WaitReason.Retry, at)}"),
        _ => (RunStatus.Running, null, InQueue),
    };

    /// <summary><c>Due</c>: the open effects. The shell starts what is due and not running, and cancels what runs and is not due.</summary>
    public static IEnumerable<Effect> Due(RunState s)
    {
        if (s.Ended is not null)
        {
            yield break;
        }

        if (s.Model is { Phase: CallPhase.Open } m)
        {
            yield return new Effect(m.Step, m.Attempt, null);
        }

        foreach (var t in s.Tools)
        {
            if (t.Phase == CallPhase.Open)
            {
                yield return new Effect(t.Step, t.Attempt, t.CallId);
            }
            else if (t.Phase == CallPhase.Checking)
            {
                yield return new Effect(t.Step, t.Checks, t.CallId, IsCheck: true);
            }
        }
    }

    /// <summary>When time alone moves the run; null when only an effect or a command does.</summary>
    public static DateTimeOffset? WakeAt(RunState s) => s switch
    {
        { Ended: not null } => null,
        { Cancelling: { } c } => c.Deadline,
        { Pause: not null } => null,
        { StartedAt: null } => s.StartAt,
        _ => RetryAt(s),
    };

    /// <summary>Why a run stands still that waits for a model which is not asked at present.</summary>
    public static string NotAsked(ModelHold hold) => $"Its model is not asked at present. {hold.Error?.Message} {Again(hold.Reason, hold.Until)}";

    private static string Again(string reason, DateTimeOffset at) => reason == WaitReason.Provider
        ? $"The model is asked again at {at:O}, and at once after /retry, after a restart, or when it answers another run. Mend what it names, or /cancel."
        : $"The next attempt is due at {at:O}; /retry makes it now.";

    private static DateTimeOffset? RetryAt(RunState s)
    {
        if (s.Hold is { } hold)
        {
            return hold.Until;
        }

        var at = s.Model is { Phase: CallPhase.Retrying } m ? m.RetryAt : null;
        foreach (var t in s.Tools)
        {
            at = t is { Phase: CallPhase.Retrying or CallPhase.Unknown, RetryAt: { } r } && !(at < r) ? r : at;
        }

        return at;
    }

    private static string WhyPaused(RunState s, PauseState pause)
    {
        var open = Due(s).Any() ? " Calls in flight that may not be cut are left to finish." : "";
        return pause.Reason switch
        {
            PauseReason.Budget when s.BudgetReached == "cost" =>
                $"What is left of its budget of cost may not cover the next call, or that call has no price; /resume grants the budget once more.{open}",
            PauseReason.Budget => $"Its budget of {s.BudgetReached} is used up; /resume grants it once more.{open}",
            PauseReason.Provider => $"Its model gave {RunPolicy.MaxDefects} times in a row what waiting cannot mend. {s.LastFault?.Message} /resume tries again.{open}",
            PauseReason.Quarantined => $"Its process died {s.Interruptions} times in a row on the same step; /resume tries again.{open}",
            PauseReason.Restored => "The store came back from a backup, and the run may have gone on since. Look at what it did, then /resume goes on from here, or /cancel." + open,
            _ => $"A person paused it; /resume goes on.{open}",
        };
    }
}

/// <summary>Enum values as they stand on the wire.</summary>
internal static class Words
{
    public static string Of(RunStatus status) => status.ToString().ToLowerInvariant();
}
