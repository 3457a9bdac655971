using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Core.Threads;

/// <summary>Something that asks a thread for a decision. Carries the time, for the core has no clock.</summary>
internal abstract record ThreadCommand(DateTimeOffset At);

internal sealed record OpenThread(DateTimeOffset At, string Title, Principal Principal) : ThreadCommand(At);

/// <param name="Title">For the thread that this message makes.</param>
/// <param name="Options">What a run is started with if the message becomes a turn.</param>
internal sealed record PostToThread(
    DateTimeOffset At, string ThreadId, string MessageId, string Title, Principal Principal, string Agent, Text Input,
    TurnOptions? Options, WhenBusy WhenBusy) : ThreadCommand(At);

/// <summary>The run has recorded the message.</summary>
internal sealed record RecordDelivery(DateTimeOffset At, string MessageId) : ThreadCommand(At);

/// <summary>The active run has ended, or could not be started at all.</summary>
internal sealed record EndTurn(DateTimeOffset At, string ThreadId, string RunId, RunStatus Status, RunError? Error = null) : ThreadCommand(At);

internal sealed record ChangeThread(DateTimeOffset At, string By, string? Title, bool? Pinned, bool? Archived) : ThreadCommand(At);

internal sealed record EditQueued(DateTimeOffset At, string MessageId, Text Input, string By) : ThreadCommand(At);

internal sealed record RemoveQueued(DateTimeOffset At, string MessageId, string By) : ThreadCommand(At);

internal sealed record CloseThread(DateTimeOffset At) : ThreadCommand(At);

/// <summary>A summary was made, or failed, on top of a version of the memory. On top of an older one it is dropped: it is made anew.</summary>
/// <param name="Outcome"><see cref="MemoryCompacted"/> or <see cref="MemoryFailed"/>.</param>
internal sealed record RecordMemory(DateTimeOffset At, int Version, ThreadEvent Outcome) : ThreadCommand(At);

internal sealed record RestoreMemory(DateTimeOffset At, int Version, string By) : ThreadCommand(At);

/// <summary>A turn's run was deleted.</summary>
internal sealed record ForgetTurn(DateTimeOffset At, int Turn) : ThreadCommand(At);

/// <summary>What a command comes to: the events of one commit and the state after them, or a refusal, which stores nothing.</summary>
/// <param name="At">The time of the events. It never runs backwards, whatever the wall clock does.</param>
internal sealed record ThreadDecision(IReadOnlyList<ThreadEvent> Events, ThreadState State, Problem? Refusal, DateTimeOffset At)
{
    public static ThreadDecision On(ThreadState s, ThreadCommand command)
    {
        var (events, refusal) = Accept(s, command);
        if (refusal is not null)
        {
            return new([], s, refusal, command.At);
        }

        var at = command.At > s.UpdatedAt ? command.At : s.UpdatedAt;
        var all = new List<ThreadEvent>(events);
        foreach (var e in events)
        {
            s = ThreadState.Evolve(s, e, at);
        }

        // A turn that ended makes room for the oldest message that nobody has taken.
        if (command is EndTurn end && s is { Active: null, Closed: false, Waiting: [var next, ..] })
        {
            var turn = TurnOf(s, end.ThreadId, next.MessageId, next.Agent, next.Input, next.Options);
            all.Add(turn);
            s = ThreadState.Evolve(s, turn, at);
        }

        return new(all, s, null, at);
    }

    private static (IReadOnlyList<ThreadEvent> Events, Problem? Refusal) Accept(ThreadState s, ThreadCommand command) => command switch
    {
        OpenThread c => (s.Exists ? [] : [new ThreadCreated(c.Title, c.Principal)], null),
        PostToThread c => Post(s, c),
        RecordDelivery c => (s.Waiting.FirstOrDefault(w => w.MessageId == c.MessageId) is { RunId: { } run }
            ? [new MessageDelivered(c.MessageId, run)] : [], null),
        EndTurn c => (s.Active is { } active && active.RunId == c.RunId ? [new TurnEnded(active.Turn, c.RunId, c.Status, c.Error)] : [], null),
        ChangeThread or EditQueued or RemoveQueued when s.Closed => ([], Closing),
        ChangeThread c => (Change(s, c), null),
        EditQueued c => OfQueued(s, c.MessageId, m => m.Input == c.Input ? [] : [new MessageEdited(c.MessageId, c.Input, c.By)]),
        RemoveQueued c => OfQueued(s, c.MessageId, _ => [new MessageRemoved(c.MessageId, c.By)]),
        CloseThread => s.Active is not null
            ? ([], new(ProblemCodes.ThreadBusy, "A turn of this thread is at work; cancel its run first."))
            : (s.Closed ? [] : [new ThreadClosed()], null),
        RecordMemory c => (c.Version == s.MemoryVersion && !s.Closed ? [c.Outcome] : [], null),
        RestoreMemory c => c.Version >= 0 && c.Version < s.MemoryVersion
            ? ([new MemoryRestored(s.MemoryVersion + 1, c.Version, c.By)], null)
            : ([], new(ProblemCodes.InvalidVersion, s.MemoryVersion == 0 ? "This thread's memory has no versions yet." : $"Give a version from 0 to {s.MemoryVersion - 1}; {s.MemoryVersion} is the present one.", "version")),
        ForgetTurn c => (s.MemoryVersion > 0 ? [new MemoryForgotten(s.MemoryVersion + 1, c.Turn)] : [], null),
        _ => throw new NotSupportedException($"No rule for {command.GetType().Name}."),
    };

    private static Problem Closing { get; } = new(ProblemCodes.ThreadDeleted, "The thread is being deleted.");

    private static ThreadEvent[] Change(ThreadState s, ChangeThread c)
    {
        var change = new ThreadChanged(
            c.By, c.Title == s.Title ? null : c.Title, c.Pinned == s.Pinned ? null : c.Pinned, c.Archived == s.Archived ? null : c.Archived);
        return change is { Title: null, Pinned: null, Archived: null } ? [] : [change];
    }

    /// <summary>A steer is on its way to its run: whether the run has it cannot be known here.</summary>
    private static (IReadOnlyList<ThreadEvent>, Problem?) OfQueued(ThreadState s, string messageId, Func<MessageAccepted, ThreadEvent[]> change) =>
        s.Waiting.FirstOrDefault(m => m.MessageId == messageId && m.Delivery == WhenBusy.Queue) is { } queued
            ? (change(queued), null)
            : ([], new(ProblemCodes.MessageTaken, "This message is not in the queue: a run has it already, or it was removed.", "messageId"));

    private static (IReadOnlyList<ThreadEvent>, Problem?) Post(ThreadState s, PostToThread c)
    {
        if (s.Closed)
        {
            return ([], Closing);
        }

        if (s.Active is not { } active)
        {
            var turn = TurnOf(s, c.ThreadId, c.MessageId, c.Agent, c.Input, c.Options);
            return (s.Exists ? [turn] : [new ThreadCreated(c.Title, c.Principal), turn], null);
        }

        return c.WhenBusy switch
        {
            WhenBusy.Reject => ([], new(ProblemCodes.ThreadBusy, $"A turn of this thread is at work: {active.RunId}.")),
            _ when s.Waiting.Length >= ThreadState.MaxWaiting =>
                ([], new(ProblemCodes.QueueFull, $"{ThreadState.MaxWaiting} messages wait in this thread already.")),

            // Another agent cannot answer in the middle of this one's turn.
            WhenBusy.Steer when c.Agent == active.Agent => ([new MessageAccepted(c.MessageId, WhenBusy.Steer, c.Agent, c.Input, c.Options, active.RunId)], null),
            _ => ([new MessageAccepted(c.MessageId, WhenBusy.Queue, c.Agent, c.Input, c.Options)], null),
        };
    }

    private static TurnAccepted TurnOf(ThreadState s, string threadId, string messageId, string agent, Text input, TurnOptions? options) =>
        new(s.Turns + 1, JournalIds.RunOfTurn(threadId, messageId), messageId, agent, input, options);
}
