using OrleansAgents.Core.Requests;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Core.Runs;

/// <summary><c>Accept</c>: judges one command on its own. What follows from it is <see cref="Following"/>'s business.</summary>
internal static class Acceptance
{
    private static readonly RunEvent[] Nothing = [];

    public static (IReadOnlyList<RunEvent> Events, Problem? Refusal) Accept(RunState s, Command command, RunPolicy p)
    {
        if (command is Start start)
        {
            return s.Exists ? Refuse(ProblemCodes.InvalidState, "The run exists already.", s) : (start.Restored ? [Create(start), Closing.Parked] : [Create(start)], null);
        }

        if (!s.Exists)
        {
            return Refuse(ProblemCodes.RunNotFound, "There is no such run.", s);
        }

        if (command is GiveFeedback given)
        {
            var feedback = new FeedbackGiven(given.Value, given.Note, given.By);
            return (feedback == s.Feedback ? Nothing : [feedback], null);
        }

        var fromClient = command is Pause or Resume or Retry or Cancel or Resolve or Message;
        if (s.Ended is { } ended)
        {
            return fromClient ? Refuse(ProblemCodes.InvalidState, $"The run is {Words.Of(ended)}; it takes no more commands.", s) : (Nothing, null);
        }

        return command switch
        {
            Pause c => s.Cancelling is not null ? Refuse(ProblemCodes.InvalidState, "The run is being cancelled.", s) : (PauseRun(s, c, p), null),
            Resume => s.Cancelling is not null ? Refuse(ProblemCodes.InvalidState, "The run is being cancelled.", s)
                : (s.Pause is null ? Nothing : [new RunResumed()], null),
            Retry c => RetryModel(s, c),
            Cancel c => (s.Cancelling is not null ? Nothing : CancelRun(s, c, p), null),
            Message c => s.Cancelling is not null ? Refuse(ProblemCodes.InvalidState, "The run is being cancelled.", s) : (Receive(s, c, p), null),
            Resolve c => ResolveCall(s, c),
            TakeOver c => (Closing.TakeOver(s, c, p), null),
            HandBack c => (Closing.HandBack(s, c, p), null),
            Wake { GraceIsOver: var over } c when s.Cancelling is { } x => (over || c.At >= x.Deadline ? Closing.Abandon(s) : Nothing, null),
            Wake c => (s.Pause is null && WaitOf(s) is { } wait && Ends(c.Reason, wait, s) ? [new RetryRequested()] : Nothing, null),
            ModelAnswered c => (IsOpen(s, c.Step, c.Attempt) ? [Answer(c)] : Nothing, null),
            ModelFaulted c => (IsOpen(s, c.Step, c.Attempt) ? [Fault(s, c)] : Nothing, null),
            ToolReturned c => ([OpenCall(s, c.CallId, c.Attempt) is null
                ? new ToolLate(c.CallId, c.Attempt, c.Result, null)
                : new ToolCompleted(c.CallId, c.Attempt, c.Result, c.DurationMs)], null),
            CallChecked c => (s.Tools.FirstOrDefault(t => t.Phase == CallPhase.Checking && t.CallId == c.CallId && t.Checks == c.Check) is { } call
                ? Checked(call, c, p) : Nothing, null),
            ToolErred c => ([OpenCall(s, c.CallId, c.Attempt) is { } call ? Fail(call, c, p) : new ToolLate(c.CallId, c.Attempt, null, c.Error)], null),
            _ => throw new NotSupportedException($"No rule for {command.GetType().Name}."),
        };
    }

    private static RunCreated Create(Start c) =>
        new(c.Agent, c.Definition, c.Model, c.Input, c.Principal, c.Budget, c.Metadata.IsEmpty ? null : c.Metadata, c.StartAt, c.ThreadId, c.Earlier, c.MemoryVersion, c.Trace);

    private static List<RunEvent> PauseRun(RunState s, Pause c, RunPolicy p)
    {
        var cut = c.Mode == PauseMode.Now
            ? Closing.Stop(s, p, new(ErrorCodes.Paused, "Cut by a pause."), willRetry: true, c.Partial).ToList()
            : [];
        if (s.Pause is null || cut.Count > 0)
        {
            cut.Insert(0, new RunPaused(c.Mode, PauseReason.User, c.By));
        }

        return cut;
    }

    private static List<RunEvent> CancelRun(RunState s, Cancel c, RunPolicy p) =>
    [
        new RunCancelling(c.Reason, c.At + RunPolicy.CancelGrace, c.By),
        .. Closing.Stop(s, p, new(ErrorCodes.Cancelled, "Cut by a cancel."), willRetry: false, c.Partial),
    ];

    private static (IReadOnlyList<RunEvent>, Problem?) RetryModel(RunState s, Retry c) =>
        s.Cancelling is not null ? Refuse(ProblemCodes.InvalidState, "The run is being cancelled.", s)
        : s.Pause is not null ? Refuse(ProblemCodes.InvalidState, "The run is paused; /resume goes on.", s)
        : (WaitOf(s) is not null ? [new RetryRequested(c.By)] : Nothing, null);

    /// <summary>What the next attempt at a model call waits for; null when it waits for no time.</summary>
    private static string? WaitOf(RunState s) => s.Hold?.Reason ?? (s.Model is { Phase: CallPhase.Retrying, RetryAt: not null, Wait: var wait } ? wait : null);

    private static bool Ends(WakeReason reason, string wait, RunState s) => reason switch
    {
        WakeReason.ClockWasAhead => true,
        WakeReason.ServiceStarted => wait == WaitReason.Provider,

        // Refused again after others were answered, it is the request that is refused: its own time has to pass.
        WakeReason.ModelIsBack => wait == WaitReason.Provider && (s.Hold is not null || s.Refusals == 0),
        _ => false,
    };

    private static List<RunEvent> Receive(RunState s, Message c, RunPolicy policy)
    {
        var events = new List<RunEvent> { new MessageReceived(c.Content, c.Delivery) };
        if (c.Delivery == MessageDelivery.Interrupt && s.Model is { Phase: CallPhase.Open } m)
        {
            events.Add(Closing.CutModel(s, m, c.Partial, policy, new(ErrorCodes.Superseded, "Cut by a newer message.")));
        }

        return events;
    }

    private static (IReadOnlyList<RunEvent>, Problem?) ResolveCall(RunState s, Resolve c)
    {
        var call = s.Tools.FirstOrDefault(t => t.CallId == c.CallId);
        if (s.Cancelling is not null)
        {
            return Refuse(ProblemCodes.InvalidState, "The run is being cancelled.", s);
        }

        if (call is not { Phase: CallPhase.Deciding })
        {
            return call?.DecidedBy is { } by
                ? (Nothing, new(ProblemCodes.InvalidState, $"{by} has decided this call already.", Status: Standing.StatusOf(s), By: by))
                : Refuse(ProblemCodes.PendingNotFound, "The run does not wait for a decision on this call.", s, "callId");
        }

        return c.Decision == CallDecision.Retry && call.RetryFrom > c.At
            ? Refuse(ProblemCodes.RetryTooEarly, $"The first call may still be at work; retry is taken from {call.RetryFrom:O}.", s, "decision")
            : ([new DecisionResolved(c.CallId, c.Decision, c.Result, c.By)], null);
    }

    private static ModelCompleted Answer(ModelAnswered c) => new(
        c.Step, c.Attempt, c.Content,
        [.. c.Calls.Select((k, i) => new ToolCallRequest($"call_{c.Step}_{i + 1}", k.ProviderCallId, k.Tool, k.Arguments, k.Invalid, k.Protected))],
        c.Usage, c.FinishReason, c.ContextTokens, c.RequestHash, c.Invalid, c.Output);

    private static ModelFailed Fault(RunState s, ModelFaulted c)
    {
        if (c.Kind == FaultKind.Final)
        {
            return new(c.Step, c.Attempt, c.Error, Final: true, Usage: c.Used);
        }

        if (c.Kind == FaultKind.Provider)
        {
            // The model may answer everybody else, and refuse this request alone.
            var pause = RunPolicy.ProviderPause(s.Refusals);
            pause = c.RetryAfter > pause ? c.RetryAfter.Value : pause;
            return new(c.Step, c.Attempt, c.Error, c.At + pause, WaitReason.Provider, Usage: c.Used);
        }

        var wait = BackOff(s.Faults, c.Jitter);
        wait = c.RetryAfter > wait ? c.RetryAfter.Value : wait;
        return new(c.Step, c.Attempt, c.Error, c.At + wait, WaitReason.Retry, Defect: c.Kind == FaultKind.Defect ? true : null, Usage: c.Used);
    }

    /// <summary>0.5–1 s at first, doubling to a cap of 60 s; the upper half is jitter.</summary>
    private static TimeSpan BackOff(int earlier, double jitter)
    {
        var full = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(earlier, 6)));
        return (full < RunPolicy.MaxBackOff ? full : RunPolicy.MaxBackOff) * (0.5 + (jitter / 2));
    }

    private static ToolFailed Fail(ToolCallState call, ToolErred c, RunPolicy p)
    {
        var again = c.Outcome == ToolOutcome.Interrupted && p.Tools.TryGetValue(call.Tool, out var tool) && call.Attempt <= tool.Retries;
        return new(c.CallId, c.Attempt, c.Error, c.Outcome, again);
    }

    /// <summary>Not done is believed only when the first call can no longer be at work; until then the check is asked once more.</summary>
    private static RunEvent[] Checked(ToolCallState call, CallChecked c, RunPolicy p)
    {
        const string By = DecisionResolved.OnUnknownRule;
        var from = Closing.RetryFrom(call, c.At, p);
        return c.Finding switch
        {
            CheckFinding.Done => [new ToolChecked(c.CallId, c.Check, c.Finding), new DecisionResolved(c.CallId, CallDecision.Skip, c.Result ?? "done", By)],
            CheckFinding.NotDone when from > c.At => [new ToolChecked(c.CallId, c.Check, c.Finding, RetryAt: from)],
            CheckFinding.NotDone => [new ToolChecked(c.CallId, c.Check, c.Finding), new DecisionResolved(c.CallId, CallDecision.Retry, null, By)],
            _ => [new ToolChecked(c.CallId, c.Check, c.Finding, c.Error)],
        };
    }

    private static bool IsOpen(RunState s, int step, int attempt) =>
        s.Model is { Phase: CallPhase.Open } m && m.Step == step && m.Attempt == attempt;

    private static ToolCallState? OpenCall(RunState s, string callId, int attempt) =>
        s.Tools.FirstOrDefault(t => t.Phase == CallPhase.Open && t.CallId == callId && t.Attempt == attempt);

    private static (IReadOnlyList<RunEvent>, Problem?) Refuse(string code, string message, RunState s, string? field = null) =>
        (Nothing, new(code, message, field, s.Exists ? Standing.StatusOf(s) : null));
}
