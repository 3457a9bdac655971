using OrleansAgents.Core.Requests;
using OrleansAgents.Events;

namespace OrleansAgents.Core.Runs;

/// <summary>How open intents are closed by something other than their result.</summary>
internal static class Closing
{
    /// <summary>The open model call ends before its answer does. Text that people have seen stays as an interrupted answer; without any, the attempt is withdrawn.</summary>
    public static RunEvent CutModel(RunState s, ModelCall m, PartialAnswer? partial, RunPolicy p, RunError error)
    {
        var usage = Received(s, m, partial, p);
        return partial is { Content.Count: > 0 } said && (said.Step, said.Attempt) == (m.Step, m.Attempt)
            ? new ModelCompleted(m.Step, m.Attempt, said.Content, [], usage, FinishReasons.Interrupted, m.Context.Tokens, said.RequestHash)
            : new ModelFailed(m.Step, m.Attempt, error, Usage: usage);
    }

    /// <summary>A person stops the run: the open answer keeps its text, repeatable tools are cut.</summary>
    public static IEnumerable<RunEvent> Stop(RunState s, RunPolicy p, RunError error, bool willRetry, PartialAnswer? partial)
    {
        var cut = Cut(s, p, error, willRetry);
        return s.Model is { Phase: CallPhase.Open } m ? cut.Skip(1).Prepend(CutModel(s, m, partial, p, error)) : cut;
    }

    /// <summary>Model calls and repeatable tools are cut, the model call first; an at-most-once call cannot be, and stays open.</summary>
    /// <param name="used">What the model call counts.</param>
    private static IEnumerable<RunEvent> Cut(
        RunState s, RunPolicy p, RunError error, bool willRetry, DateTimeOffset? retryAt = null, Usage? used = null)
    {
        if (s.Model is { Phase: CallPhase.Open } m)
        {
            yield return new ModelFailed(m.Step, m.Attempt, error, retryAt, Usage: used);
        }

        foreach (var t in s.Tools.Where(t => t.Phase == CallPhase.Open && p.IsRepeatable(t.Tool)))
        {
            yield return new ToolFailed(t.CallId, t.Attempt, error, ToolOutcome.Interrupted, willRetry, retryAt);
        }

        foreach (var t in s.Tools.Where(t => t.Phase == CallPhase.Checking))
        {
            yield return new ToolChecked(t.CallId, t.Checks, CheckFinding.Interrupted, error, retryAt);
        }
    }

    /// <summary>
    /// Intents of a dead owner: repeatable ones will be tried again, at-most-once ones need a decision.
    /// From the second takeover in a row without a result between, the next attempt waits 2, 4, 8 … 60 s.
    /// </summary>
    /// <remarks>After a restore the run is parked too, and what a person was asked is asked anew: the answer may have been given and acted on.</remarks>
    public static List<RunEvent> TakeOver(RunState s, TakeOver c, RunPolicy p)
    {
        var at = c.At;
        var restored = c.Restored && s.Cancelling is null;
        var n = s.Interruptions + 1;
        var wait = TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, n - 1)));
        var error = new RunError(ErrorCodes.Interrupted, "The process that made this call ended before it had a result.");
        var events = Cut(s, p, error, willRetry: s.Cancelling is null, n < 2 ? null : at + wait, s.Model is { } m ? Reserved(s, m, p) : null).ToList();
        if (restored)
        {
            events.Insert(0, Parked);
            events.AddRange(s.Tools.Where(t => t.Phase == CallPhase.Deciding && !p.IsRepeatable(t.Tool)).Select(t => AskAfterRestore(t, at)));
        }

        foreach (var t in AtMostOnce(s, p))
        {
            events.Add(s.Cancelling is null && (restored || p.RuleOf(t.Tool) == UnknownRule.Ask) ? Ask(t, at, p) : Unknown(t, error));
        }

        return events;
    }

    /// <summary>An orderly stop: what was cut goes on elsewhere at once, what never left is said so.</summary>
    public static List<RunEvent> HandBack(RunState s, HandBack c, RunPolicy p)
    {
        var error = new RunError(ErrorCodes.HandedBack, "The process stopped; another one goes on.");
        var events = Cut(s, p, error, willRetry: s.Cancelling is null, used: s.Model is { } m ? Received(s, m, c.Partial, p) : null).ToList();
        events.AddRange(AtMostOnce(s, p).Where(t => c.NotDispatched.Contains(t.CallId))
            .Select(t => NotStarted(t.CallId, t.Attempt, willRetry: s.Cancelling is null)));
        return events;
    }

    /// <summary>The cancel's grace is over: calls that did not answer are recorded as unknown.</summary>
    public static List<RunEvent> Abandon(RunState s) =>
        [.. s.Tools.Where(t => t.Phase == CallPhase.Open)
            .Select(t => Unknown(t, new(ErrorCodes.CancelTimeout, "The call did not end within the cancel's grace.")))];

    public static ToolFailed NotStarted(string callId, int attempt, bool willRetry) => new(
        callId, attempt, new(ErrorCodes.NotStarted, "The call was never dispatched."), ToolOutcome.NotStarted, willRetry);

    /// <summary>The question that a call of unknown outcome comes to.</summary>
    public static DecisionRequested Ask(ToolCallState t, DateTimeOffset at, RunPolicy p)
    {
        return new(
            t.CallId,
            $"{t.Tool} was called and nobody knows whether it took effect. If the process that called it was only frozen, it may still act once. " +
            "Look at the other side, then say retry (call again with the same idempotency key), skip (go on as if it were done) or fail (count it as failed).",
            RetryFrom(t, at, p));
    }

    /// <summary>Nothing goes on in a world that has moved on, until a person says so.</summary>
    public static RunPaused Parked { get; } = new(PauseMode.Now, PauseReason.Restored);

    /// <summary>The question that an at-most-once call comes to when the journal may have forgotten it.</summary>
    public static DecisionRequested AskAfterRestore(ToolCallState t, DateTimeOffset at) => new(
        t.CallId,
        $"The store came back from a backup, and {t.Tool} may have been called with these arguments in the time that is lost. " +
        "Look at the other side, then say retry (call it, with the same idempotency key), skip (go on as if it were done) or fail (count it as failed).",
        at);

    /// <summary>When the first call can no longer be at work.</summary>
    public static DateTimeOffset RetryFrom(ToolCallState t, DateTimeOffset at, RunPolicy p) =>
        (t.StartedAt < at ? t.StartedAt.Value : at) + p.TimeoutOf(t.Tool) is var ends && ends > at ? ends : at;

    /// <summary>A cut answer comes without the provider's figures.</summary>
    private static Usage Received(RunState s, ModelCall m, PartialAnswer? partial, RunPolicy p) =>
        Priced(new(InputOf(s, m), 0, partial?.Content.Sum(c => Tokens.Of(c.Value)) ?? 0, ModelCalls: 1), p);

    /// <summary>Nobody knows what a dead process had received: the worst case that was set aside.</summary>
    private static Usage Reserved(RunState s, ModelCall m, RunPolicy p)
    {
        var input = InputOf(s, m);
        return Priced(new(input, 0, Math.Max(0, m.Reserved - input), ModelCalls: 1), p);
    }

    /// <summary>The request's tokens as this model is likely to count them.</summary>
    private static long InputOf(RunState s, ModelCall m) => m.Context.Tokens * (s.Scale ?? 100) / 100;

    private static Usage Priced(Usage usage, RunPolicy p) => usage with { Cost = p.Price?.Of(usage) };

    private static ToolFailed Unknown(ToolCallState t, RunError error) =>
        new(t.CallId, t.Attempt, error, ToolOutcome.Unknown, WillRetry: false);

    private static IEnumerable<ToolCallState> AtMostOnce(RunState s, RunPolicy p) =>
        s.Tools.Where(t => t.Phase == CallPhase.Open && !p.IsRepeatable(t.Tool));
}
