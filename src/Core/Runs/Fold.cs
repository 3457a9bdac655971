using System.Collections.Immutable;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;

namespace OrleansAgents.Core.Runs;

/// <summary><c>Evolve</c>: the only way state comes to be.</summary>
internal static class Fold
{
    /// <summary>The state after one more event. Total over all events that this build knows.</summary>
    public static RunState Evolve(RunState s, RunEvent e, DateTimeOffset at)
    {
        s = s with { Head = s.Head + 1, UpdatedAt = at };
        return e switch
        {
            RunCreated c => s with
            {
                CreatedAt = at,
                Agent = c.Agent,
                Definition = c.Definition,
                ModelName = c.Model,
                Principal = c.Principal,
                Budget = c.Budget,
                StartAt = c.StartAt,
                ThreadId = c.ThreadId,
                MemoryVersion = c.MemoryVersion,
                InputTokens = Tokens.Of(c.Input) + (((c.Earlier?.Bytes ?? 0) + 3) / 4),
                Metadata = c.Metadata?.ToImmutableDictionary() ?? ImmutableDictionary<string, string>.Empty,
            },
            RunStarted => s with { StartedAt = at, StartAt = null },
            RunWaiting { Reason: WaitReason.Timer } w => s with { StartAt = w.Until, Timed = true },
            RunWaiting w => s with { Hold = new(w.Reason, w.Until ?? at, w.Error) },
            RunPaused p => s with
            {
                Pause = new(p.Mode, p.Reason),
                RestoredSeq = p.Reason == PauseReason.Restored ? s.Head : s.RestoredSeq,
            },
            RunResumed => Resumed(s),
            MessageReceived m => Widen(s with { MessageSeq = s.Head }, Tokens.Of(m.Content)),
            BudgetReached b => s with { BudgetReached = b.Limit },
            FeedbackGiven f => s with { Feedback = f },
            RunCompleted c => End(s with { Output = c.Output }, RunStatus.Completed, at),
            RunFailed f => End(s with { Error = f.Error }, RunStatus.Failed, at),
            RunCancelling c => s with { Cancelling = new(c.Reason, c.Deadline) },
            RunCancelled => End(s, RunStatus.Cancelled, at),
            ModelStarted m => s with
            {
                Model = new(m.Step, m.Attempt, CallPhase.Open, m.Context, m.Reserved),
                Hold = null,
                Step = Math.Max(s.Step, m.Step),
                Tools = [],
                Output = null,
                Window = DropBefore(s.Window, m.Context.From),
            },
            ModelCompleted m => Answered(s, m),
            ModelFailed m => Failed(s, m),
            RetryRequested r => s with
            {
                Hold = null,
                Model = s.Model is { Phase: CallPhase.Retrying } m ? m with { RetryAt = null } : s.Model,
                Refusals = r.By is null && s.Hold is null ? Math.Max(1, s.Refusals) : s.Refusals,
            },
            ToolStarted t => Change(s, t.CallId, c => c with
            {
                Attempt = t.Attempt,
                Phase = CallPhase.Open,
                StartedAt = at,
                RetryAt = null,
            }),
            ToolCompleted t => Answer(Progressed(s) with { Usage = s.Usage + new Usage(ToolCalls: 1) }, t.CallId, Tokens.Of(t.Result)),
            ToolFailed t => Failed(s, t),
            ToolLate => s,
            DecisionRequested d => Change(s, d.CallId, c => c with
            {
                Phase = CallPhase.Deciding,
                RetryFrom = d.RetryFrom,
                Question = d.Text,
                AsksApproval = d.Approval == true,
            }),
            DecisionResolved d => Resolved(s, d),
            ToolChecking t => Change(s, t.CallId, c => c with { Phase = CallPhase.Checking, Checks = t.Check, RetryAt = null }),
            ToolChecked t => Change(t.Finding == CheckFinding.Interrupted ? Interrupted(s) : s, t.CallId, c => c with
            {
                Phase = CallPhase.Unknown,
                RetryAt = t.RetryAt,
                Unclear = t.Finding == CheckFinding.Unknown,
            }),
            _ => throw new NotSupportedException($"No fold for {e.GetType().Name}."),
        };
    }

    private static RunState End(RunState s, RunStatus status, DateTimeOffset at) => s with
    {
        Ended = status,
        EndedAt = at,
        Model = null,
        Tools = [],
        Window = [],
        Pause = null,
        Cancelling = null,
        Hold = null,
    };

    private static RunState Resumed(RunState s) => s with
    {
        Pause = null,
        Model = s is { Pause.Reason: PauseReason.Provider, Model: { Phase: CallPhase.Retrying } m } ? m with { RetryAt = null } : s.Model,
        Defects = 0,
        Interruptions = 0,
        BudgetReached = null,
        Grants = s.Grants + (s.BudgetReached is null ? 0 : 1),
    };

    private static RunState Answered(RunState s, ModelCompleted m)
    {
        var tokens = Tokens.Of(m.Content, m.ToolCalls, m.Invalid);
        var calls = m.ToolCalls.Select((c, i) => new ToolCallState(
            c.CallId, c.Tool, c.Arguments, c.Invalid, m.Step + 1 + i, 0, CallPhase.Planned));
        var through = s.Model?.Context.Through ?? s.Head - 1;
        return Progressed(s) with
        {
            Model = null,
            SeenThrough = through,
            Tools = [.. calls],
            Step = m.Step + m.ToolCalls.Count,
            Faults = 0,
            Refusals = 0,
            Defects = 0,
            LastFault = null,
            Scale = Tokens.Scale(s.Scale, m.ContextTokens, m.Usage.InputTokens),
            Window = s.Window.Add(new(s.Window.IsEmpty ? 1 : through + 1, tokens)),
            Usage = s.Usage + m.Usage with { ModelCalls = 1 },
            InvalidAnswers = m.Invalid is not null || m.ToolCalls.Any(c => c.Invalid is not null) ? s.InvalidAnswers + 1 : 0,
            Output = m.ToolCalls.Count == 0 && m.Invalid is null && m.FinishReason != FinishReasons.Interrupted ? m.Output ?? FinalText(m.Content) : null,
        };
    }

    /// <summary>The answer's text, where it is in one part or short. Journals of earlier builds have long answers in several parts: there the first long part stands for all.</summary>
    private static Text FinalText(IReadOnlyList<ContentPart> content)
    {
        var texts = content.OfType<TextPart>().Select(p => p.Text).ToList();
        return texts.Find(t => t.Body is not null) ?? (texts.Count == 1 ? texts[0] : string.Concat(texts.Select(t => t.Inline)));
    }

    private static RunState Failed(RunState s, ModelFailed m)
    {
        s = m.Error.Code == ErrorCodes.Interrupted ? Interrupted(s)
            : m.Reason is null ? s
            : s with
            {
                Faults = s.Faults + 1,
                Refusals = m.Reason == WaitReason.Provider && s.Refusals > 0 ? s.Refusals + 1 : 0,
                Defects = m.Defect != true ? 0 : s.LastFault?.Code == m.Error.Code ? s.Defects + 1 : 1,
                LastFault = m.Error,
            };
        return s with
        {
            Usage = m.Usage is { } used ? s.Usage + used with { ModelCalls = 1 } : s.Usage,
            Model = s.Model! with { Phase = CallPhase.Retrying, RetryAt = m.RetryAt, Wait = m.Reason ?? WaitReason.Retry },
            Error = m.Final == true ? m.Error : s.Error,
        };
    }

    private static RunState Failed(RunState s, ToolFailed t)
    {
        s = t.Error.Code == ErrorCodes.Interrupted ? Interrupted(s) : s;
        return t switch
        {
            { WillRetry: true } => Change(s, t.CallId, c => c with { Phase = CallPhase.Retrying, RetryAt = t.RetryAt }),
            { Outcome: ToolOutcome.Unknown } when s.Cancelling is null =>
                Change(s, t.CallId, c => c with { Phase = CallPhase.Unknown, RetryAt = null }),
            _ => Answer(s, t.CallId, Tokens.Of(t.Error.Message)),
        };
    }

    private static RunState Resolved(RunState s, DecisionResolved d)
    {
        s = Change(s, d.CallId, c => c with
        {
            DecidedBy = d.By,
            DecidedSeq = s.Head,
            RetryFrom = null,
            Question = null,
            AsksApproval = false,
            Approved = c.Approved || c.AsksApproval,
            Unclear = false,
        });
        return d.Decision == CallDecision.Retry
            ? Change(s, d.CallId, c => c with { Phase = CallPhase.Retrying, RetryAt = d.RetryAt })
            : Answer(s, d.CallId, d.Result is null ? 20 : Tokens.Of(d.Result));
    }

    // One takeover closes several calls in a row of events: it counts once.
    private static RunState Interrupted(RunState s) => s with
    {
        Interruptions = s.Interruptions + (s.InterruptedSeq > 0 && s.InterruptedSeq == s.Head - 1 ? 0 : 1),
        InterruptedSeq = s.Head,
    };

    private static RunState Progressed(RunState s) => s with { Interruptions = 0, InterruptedSeq = 0 };

    private static RunState Answer(RunState s, string callId, long tokens)
    {
        s = Change(s, callId, c => c with { Phase = CallPhase.Answered });
        return s.Window.IsEmpty ? s : Widen(s, tokens);
    }

    /// <summary>Results and messages belong to the newest group; before the first, to the input.</summary>
    private static RunState Widen(RunState s, long tokens) => s.Window is [.., var last]
        ? s with { Window = s.Window.SetItem(s.Window.Length - 1, last with { Tokens = last.Tokens + tokens }) }
        : s with { InputTokens = s.InputTokens + tokens };

    private static RunState Change(RunState s, string callId, Func<ToolCallState, ToolCallState> change)
    {
        for (var i = 0; i < s.Tools.Length; i++)
        {
            if (s.Tools[i].CallId == callId)
            {
                return s with { Tools = s.Tools.SetItem(i, change(s.Tools[i])) };
            }
        }

        return s;
    }

    private static ImmutableArray<WindowGroup> DropBefore(ImmutableArray<WindowGroup> window, long from)
    {
        var n = 0;
        while (n < window.Length && window[n].FromSeq < from)
        {
            n++;
        }

        return n == 0 ? window : window[n..];
    }
}
