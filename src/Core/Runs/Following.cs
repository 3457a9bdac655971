using OrleansAgents.Core.Memory;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;

namespace OrleansAgents.Core.Runs;

/// <summary><c>Next</c>: the only place that says what follows. Asked again after each of its own answers, until it has none.</summary>
internal static class Following
{
    /// <summary>Of the room of a full request: newest groups that stand word for word whatever else there is to say. Measured on recorded tool-calling runs.</summary>
    private const int SharePercent = 30;

    public static RunEvent? Next(RunState s, RunPolicy p, DateTimeOffset now)
    {
        if (!s.Exists || s.Ended is not null)
        {
            return null;
        }

        if (s.Cancelling is { } cancel)
        {
            return s.Tools.Any(t => t.Phase == CallPhase.Open) ? null : new RunCancelled(cancel.Reason);
        }

        return s switch
        {
            { Error: { } error } => new RunFailed(error),
            { InvalidAnswers: >= RunPolicy.MaxInvalidAnswers } => new RunFailed(s.Tools.IsEmpty
                ? new(ErrorCodes.InvalidOutput, $"The model gave {s.InvalidAnswers} answers in a row that cannot be used; the last does not fit the output's schema.")
                : new(ErrorCodes.InvalidCalls, $"The model gave {s.InvalidAnswers} answers in a row that cannot be used; the last asks for calls that cannot be made.")),
            _ => Undecided(s, now, p) ?? (s.Pause is null ? GoOn(s, p, now) : null),
        };
    }

    /// <summary>Whether nothing but a place at its model is missing for the next call.</summary>
    public static bool Asks(RunState s, RunPolicy p, DateTimeOffset now) =>
        Next(s, p.HasPlace ? p : p with { HasPlace = true }, now) is ModelStarted;

    /// <summary>Asking for a decision starts nothing, so it happens in a paused run too.</summary>
    private static RunEvent? Undecided(RunState s, DateTimeOffset now, RunPolicy p)
    {
        foreach (var t in s.Tools.Where(t => t.Phase == CallPhase.Unknown))
        {
            switch (t.Unclear ? UnknownRule.Ask : p.RuleOf(t.Tool))
            {
                case UnknownRule.Ask:
                    return Closing.Ask(t, now, p);
                case UnknownRule.Fail:
                    return new DecisionResolved(t.CallId, CallDecision.Fail, null, DecisionResolved.OnUnknownRule);
                case UnknownRule.Retry:
                    return new DecisionResolved(t.CallId, CallDecision.Retry, null, DecisionResolved.OnUnknownRule, Closing.RetryFrom(t, now, p));
                case UnknownRule.Check:
                    break;
                default:
                    throw new NotSupportedException($"No rule {p.RuleOf(t.Tool)}.");
            }
        }

        return s.Tools.FirstOrDefault(t => IsDoubtful(s, t, p)) is { } d ? Closing.AskAfterRestore(d, now) : null;
    }

    /// <summary>An at-most-once call of a restored run: its intent may be among what is lost, so that no rule here could see a second effect.</summary>
    private static bool IsDoubtful(RunState s, ToolCallState t, RunPolicy p) =>
        s.RestoredSeq > 0 && t.DecidedSeq < s.RestoredSeq && t is { Invalid: null, Phase: CallPhase.Planned or CallPhase.Retrying } && !p.IsRepeatable(t.Tool);

    private static RunEvent? GoOn(RunState s, RunPolicy p, DateTimeOffset now) => s switch
    {
        { BudgetReached: not null } => new RunPaused(PauseMode.Step, PauseReason.Budget),
        { Interruptions: > RunPolicy.MaxInterruptions } => new RunPaused(PauseMode.Step, PauseReason.Quarantined),
        { Defects: >= RunPolicy.MaxDefects } => new RunPaused(PauseMode.Step, PauseReason.Provider),
        { Output: { } output } when s.MessageSeq <= s.SeenThrough => new RunCompleted(output, s.Usage),
        { StartedAt: null } => Begin(s, p, now),
        _ => Invalid(s) ?? (p.Draining ? null : Check(s, now) ?? Tool(s, p, now) ?? Model(s, p, now)),
    };

    private static RunEvent? Begin(RunState s, RunPolicy p, DateTimeOffset now) =>
        s.StartAt > now ? s.Timed ? null : new RunWaiting(WaitReason.Timer, s.StartAt)
        : p.Draining ? null : new RunStarted();

    /// <summary>A call that cannot be dispatched is answered without being started.</summary>
    private static ToolFailed? Invalid(RunState s) =>
        s.Tools.FirstOrDefault(t => t is { Phase: CallPhase.Planned, Invalid: not null }) is { } t
            ? new(t.CallId, 0, new(ErrorCodes.InvalidCall, t.Invalid!), ToolOutcome.Failed, WillRetry: false)
            : null;

    /// <summary>What is still unknown here has a check that can be asked.</summary>
    private static ToolChecking? Check(RunState s, DateTimeOffset now) =>
        s.Tools.FirstOrDefault(t => t.Phase == CallPhase.Unknown && !(t.RetryAt > now)) is { } t
            ? new(t.Step, t.CallId, t.Attempt, t.Checks + 1)
            : null;

    private static RunEvent? Tool(RunState s, RunPolicy p, DateTimeOffset now)
    {
        var t = s.Tools.FirstOrDefault(t => t.Phase == CallPhase.Planned || (t.Phase == CallPhase.Retrying && !(t.RetryAt > now)));
        return t is null ? null
            : (RunEvent?)Held(t, p, now) ?? (RunEvent?)Spent(s, t.Attempt == 0 ? t.Step : 0, 0, 0, now)
            ?? new ToolStarted(t.Step, t.CallId, t.Tool, t.Arguments, t.Attempt + 1, $"{p.RunId}/{t.CallId}");
    }

    /// <summary>What a person has approved once is not asked again, unless the tool itself stands in the way.</summary>
    private static DecisionRequested? Held(ToolCallState t, RunPolicy p, DateTimeOffset now) =>
        p.HoldOf(t.Tool, t.Arguments) is { } hold && !(hold.Approvable && t.Approved)
            ? new(t.CallId, hold.Why, now, hold.Approvable ? true : null)
            : null;

    private static RunEvent? Model(RunState s, RunPolicy p, DateTimeOffset now)
    {
        if (s.Model is { Phase: CallPhase.Open } || s.Model?.RetryAt > now || s.Hold?.Until > now || s.Tools.Any(t => t.Phase != CallPhase.Answered))
        {
            return null;
        }

        var (step, attempt) = s.Model is { } m ? (m.Step, m.Attempt + 1) : (s.Step + 1, 1);
        var (from, tokens) = Window(s, p);
        var counted = tokens * (s.Scale ?? 100) / 100;
        var reserved = counted + p.MaxOutputTokens;
        return (RunEvent?)Spent(s, attempt == 1 ? step : 0, reserved, p.Price?.AtMost(counted, p.MaxOutputTokens), now)
            ?? (p.HasPlace
                ? new ModelStarted(step, attempt, s.ModelName, reserved, new(from, s.Head, tokens, Assemblers.Budget, s.MemoryVersion, s.Scale > 100 ? s.Scale : null))
                : p.Outage is { } hold && hold.Until > now ? new RunWaiting(hold.Reason, hold.Until, hold.Error) : null);
    }

    /// <summary>What the open model call may still take of the run's budget.</summary>
    public static CallBudget BudgetOf(RunState s, DateTimeOffset now)
    {
        var input = s.Model!.Context.Tokens * (s.Scale ?? 100) / 100;
        return new(
            s.Budget.Seconds * s.Grants is { } seconds && s.StartedAt is { } started ? TimeSpan.FromSeconds(seconds) - (now > started ? now - started : TimeSpan.Zero) : null,
            s.Budget.Tokens * s.Grants is { } tokens ? tokens - s.Usage.InputTokens - s.Usage.OutputTokens - input : null);
    }

    /// <summary>
    /// Everything while it fits. Then the newest whole groups that fit a share of the room, and at least the newest one: facts
    /// of what is older take the rest, or as many of its groups as they leave room for.
    /// </summary>
    private static (long From, long Tokens) Window(RunState s, RunPolicy p)
    {
        var first = s.Window.Length;
        var budget = Tokens.Within(p.WindowTokens, s.Scale);
        var left = budget - p.DefinitionTokens - s.InputTokens;
        var tokens = s.Window.Sum(g => g.Tokens);
        if (first == 0 || (s.Window[0].FromSeq == 1 && tokens <= left))
        {
            return (1, p.DefinitionTokens + s.InputTokens + tokens);
        }

        tokens = 0;
        while (first > 0 && (first == s.Window.Length || tokens + s.Window[first - 1].Tokens <= left * SharePercent / 100))
        {
            tokens += s.Window[--first].Tokens;
        }

        return (s.Window[first].FromSeq, Math.Max(budget, p.DefinitionTokens + s.InputTokens + tokens));
    }

    /// <param name="step">The new step that would start, or 0 for another attempt at an old one.</param>
    /// <param name="cost">The most that the call can cost; null when nobody knows, which no budget of money covers.</param>
    private static BudgetReached? Spent(RunState s, int step, long tokens, decimal? cost, DateTimeOffset now)
    {
        var b = s.Budget;
        var spent = s.Usage.ModelCalls == 0 ? 0 : s.Usage.Cost;
        return b.Steps * (long)s.Grants is { } steps && step > steps ? new BudgetReached("steps", steps)
            : b.Tokens * s.Grants is { } allowed && s.Usage.InputTokens + s.Usage.OutputTokens + tokens > allowed ? new BudgetReached("tokens", allowed)
            : b.Seconds * s.Grants is { } seconds && now - s.StartedAt >= TimeSpan.FromSeconds(seconds) ? new BudgetReached("seconds", seconds)
            : b.Cost * s.Grants is { } money && !(spent + cost <= money) ? new BudgetReached("cost", money)
            : null;
    }
}
