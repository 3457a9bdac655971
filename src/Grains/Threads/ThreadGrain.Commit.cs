using OrleansAgents.Client.Live;
using OrleansAgents.Core.Threads;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Threads;

/// <summary>The journal side: held while this activation lives, dropped and folded again when anything is in doubt.</summary>
internal sealed partial class ThreadGrain
{
    private Held? _held;
    private LiveTopic? _live;

    /// <summary>What the last commit left.</summary>
    private sealed record Held(long Epoch, ThreadState State, JournalHeader? Header)
    {
        /// <summary>Whether its turns may be among what was done before the store was restored, and forgotten.</summary>
        public bool IsOlderThan(IJournal journal) => Header?.Generation < journal.Generation;
    }

    /// <exception cref="JournalDamagedException">A stored row does not match its checksum.</exception>
    /// <exception cref="JournalDeletedException">The thread was deleted.</exception>
    private async Task<Held> HeldAsync()
    {
        if (_held is { } held)
        {
            return held;
        }

        if (await journal.FindAsync(Id) is null)
        {
            return new(1, ThreadState.Empty, null);
        }

        var lease = await journal.AcquireAsync(Id, null);
        var state = ThreadState.Empty;
        foreach (var e in lease.Tail)
        {
            state = ThreadState.Evolve(state, e.Decode() as ThreadEvent ?? throw new NewerBuildException(e.JournalId, e.Seq, e.Type), e.At);
        }

        _live ??= hub.Acquire(Id);
        return _held = new(lease.Epoch, state, lease.Header);
    }

    /// <summary>Decides and writes. A refused or doubtful write is answered so that the caller comes again with the same id.</summary>
    private async Task<CommandResult> CommitAsync(Func<DateTimeOffset, ThreadCommand> make, CommandMeta? meta, IReadOnlyList<Body>? bodies = null)
    {
        try
        {
            var held = await HeldAsync();
            if (meta is not null && held.State.Exists && await journal.FindCommandAsync(Id, meta.CommandId) is { } known)
            {
                return known.RequestHash == meta.RequestHash ? new Receipt(meta.CommandId, "duplicate", known.Seq)
                    : new Problem(ProblemCodes.IdempotencyMismatch, "This key was used for another request.", "Idempotency-Key");
            }

            var now = time.JournalNow();
            var decision = ThreadDecision.On(held.State, make(now));
            if (decision.Refusal is { } refusal)
            {
                return refusal;
            }

            var seq = held.State.Head + (decision.Events.Count > 0 ? 1 : 0);
            RecordedCommand[] commands = meta is null ? [] : [new(meta.CommandId, meta.RequestHash, seq)];
            var rows = decision.Events.Select((e, i) => new JournalEvent(
                Id, held.State.Head + 1 + i, decision.At, EventCodec.NameOf(e), meta?.CommandId, EventCodec.Encode(e))).ToList();
            await AppendAsync(held, decision.State, rows, commands, bodies ?? [], now);
            return new Receipt(meta?.CommandId ?? "", "accepted", seq);
        }
        catch (Exception e) when (JournalProblems.Thread.Of(e) is { } problem)
        {
            Drop();
            return problem;
        }
    }

    private async Task AppendAsync(
        Held held, ThreadState state, List<JournalEvent> rows, IReadOnlyList<RecordedCommand> commands, IReadOnlyList<Body> bodies, DateTimeOffset now)
    {
        var header = HeaderOf(held, state, now);
        if (rows.Count + commands.Count == 0 && held.Header is { } h && h.Owner == header.Owner && h.WakeAt == header.WakeAt)
        {
            return;
        }

        var outcome = await journal.AppendAsync(new(Id, held.Epoch, held.State.Head, rows, header, commands, bodies));
        if (outcome != AppendOutcome.Committed)
        {
            throw new DoubtfulException();
        }

        _held = new(held.Epoch, state, header);
        _live ??= hub.Acquire(Id);
        _live.Publish(rows);
        if (rows.Count > 0)
        {
            search.Look();
        }
    }

    /// <summary>While a turn is at work somebody looks after it: soon at first, then as seldom as the turn is old.</summary>
    /// <remarks>It takes the store's generation once it is idle: until then every turn is one that was asked for before the restore, or waits behind such.</remarks>
    private JournalHeader HeaderOf(Held before, ThreadState s, DateTimeOffset now)
    {
        var (least, most) = (TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5));
        var age = now - s.ActiveSince;
        DateTimeOffset? wakeAt = s.Active is null && !s.Closed ? null : now + (age < least ? least : age > most ? most : age);
        return new(
            Id, s.Principal, null, s.Agent ?? "", "", s.Active is null ? RunStatus.Completed : RunStatus.Running, null, s.Title, s.Head, before.Epoch,
            null, wakeAt, 0, s.CreatedAt, now, s.Closed ? s.UpdatedAt : null, JournalKind.Thread,
            before.State.Active is not null && before.Header is { } h ? h.Generation : journal.Generation,
            (s.Pinned ? ThreadMarks.Pinned : 0) | (s.Archived ? ThreadMarks.Archived : 0), s.ActiveAt);
    }

    private void Drop()
    {
        _held = null;
        if (_live is { } live)
        {
            _live = null;
            hub.Release(live);
        }
    }
}
