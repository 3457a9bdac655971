using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Runs;

/// <summary>From a batch of commands to one append.</summary>
internal sealed partial class RunGrain
{
    /// <summary>What a batch comes to, before it is written.</summary>
    private sealed class Turn
    {
        public required RunState State { get; init; }
        public required IReadOnlyList<RunEvent> Events { get; init; }
        public required Append Append { get; init; }

        /// <summary>It has a model to ask, and no place for that.</summary>
        public required bool Asks { get; init; }

        /// <summary>When the run moves by itself.</summary>
        public required DateTimeOffset? Due { get; init; }
        public required bool HasWork { get; init; }
        public required IReadOnlyList<(Inbound Item, CommandResult Result)> Answers { get; init; }

        public void Answer()
        {
            foreach (var (item, result) in Answers)
            {
                item.Reply.TrySetResult(result);
            }
        }
    }

    private async Task<Turn> JudgeAsync(List<Inbound> batch, RunPolicy policy)
    {
        var run = _run!;
        var state = run.State;
        var events = new List<RunEvent>();
        var rows = new List<JournalEvent>();
        var commands = new List<RecordedCommand>();
        var bodies = new List<Body>();
        var answers = new List<(Inbound, CommandResult)>(batch.Count);
        var now = time.JournalNow();
        foreach (var item in batch)
        {
            if (state.Exists && RefuseIfForeign(item, state.Principal))
            {
                continue;
            }

            if (item.Meta is { } meta && await KnownAsync(run, meta, commands) is { } known)
            {
                answers.Add((item, known));
                continue;
            }

            var (decision, recorded) = Decided(item, state, policy, now);
            if (decision.Refusal is { } refusal)
            {
                answers.Add((item, refusal));
                continue;
            }

            var first = decision.Events.Count > 0 ? state.Head + 1 : state.Head;
            events.AddRange(decision.Events);
            rows.AddRange(recorded);
            state = decision.State;
            bodies.AddRange(item.Bodies);
            if (item.Meta is { } m)
            {
                commands.Add(new(m.CommandId, m.RequestHash, first));
                answers.Add((item, new Receipt(m.CommandId, "accepted", first)));
            }
            else
            {
                answers.Add((item, Done));
            }
        }

        // Who stands in the queue for a place needs no time to be woken: the owner sees to it while it lives, its heir when it does not.
        var asks = Following.Asks(state, policy, now);
        var due = asks ? null : policy.Draining && MovesByItself(state) ? now : Standing.WakeAt(state);
        var header = HeaderOf(run, state, policy, asks, due, now);
        return new()
        {
            Asks = asks,
            Due = due,
            State = state,
            Events = events,
            Answers = answers,
            Append = new(Id, run.Epoch, run.State.Head, rows, header, commands, bodies),
            HasWork = rows.Count + commands.Count > 0
                || (run.Header is { } h && (h.Owner != header.Owner || h.WakeAt != header.WakeAt)),
        };
    }

    /// <summary>Decides, and makes the rows. Where they cannot be made, a step fails in words and a client's command is refused: what failed once would fail again.</summary>
    private (Decision Decision, List<JournalEvent> Rows) Decided(Inbound item, RunState state, RunPolicy policy, DateTimeOffset now)
    {
        Command? command = null;
        try
        {
            command = item.Make(now);
            return Decided(command);
        }
        catch (Exception e) when (item.Otherwise is not null || item.Meta is not null)
        {
            Unrecordable(log, e, Id, command?.GetType().Name ?? "a command");
            return item.Otherwise is { } otherwise ? Decided(otherwise(now))
                : (new([], state, new(ProblemCodes.InvalidRequest, "The command has no form in which it could be recorded; the service's log has the reason."), now), []);
        }

        (Decision, List<JournalEvent>) Decided(Command command)
        {
            var decision = Decide.On(state, command, policy);
            return (decision, [.. decision.Events.Select((e, i) => new JournalEvent(
                Id, state.Head + 1 + i, decision.At, EventCodec.NameOf(e), item.Meta?.CommandId, EventCodec.Encode(e)))]);
        }
    }

    private JournalHeader HeaderOf(HeldRun run, RunState state, RunPolicy policy, bool asks, DateTimeOffset? due, DateTimeOffset now)
    {
        // A run with nothing in flight belongs to nobody, so that nobody has to be asked for it.
        var owner = (asks || Standing.Due(state).Any()) && !policy.Draining ? ownership.Me : null;
        var published = run.Outlet.Published;
        var wakeAt = owner is null && published < state.Head && !(due <= now + options.PublishWithin) ? now + options.PublishWithin : due;
        return RunFold.Header(Id, state, run.Epoch, run.Summary, owner, wakeAt, published, now, journal.Generation);
    }

    /// <summary>Whether another owner would have something to do at once.</summary>
    private static bool MovesByItself(RunState s) =>
        s.Ended is null && (Standing.Due(s).Any() || (s.Pause is null && Standing.StatusOf(s) is RunStatus.Running or RunStatus.Queued));

    private async Task<CommandResult?> KnownAsync(HeldRun run, CommandMeta meta, List<RecordedCommand> inBatch)
    {
        var known = inBatch.Find(c => c.CommandId == meta.CommandId)
            ?? (run.State.Exists ? await journal.FindCommandAsync(Id, meta.CommandId) : null);
        return known is null ? null
            : known.RequestHash == meta.RequestHash ? new Receipt(meta.CommandId, "duplicate", known.Seq)
            : new Problem(ProblemCodes.IdempotencyMismatch, "This key was used for another request.", "Idempotency-Key");
    }
}
