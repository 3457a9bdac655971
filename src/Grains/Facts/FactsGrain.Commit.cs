using OrleansAgents.Core.Facts;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Facts;

/// <summary>The journal side: held while this activation lives, dropped and folded again when anything is in doubt.</summary>
internal sealed partial class FactsGrain
{
    private Held? _held;
    private FactsState _seen = FactsState.Empty;

    /// <summary>What the last commit left.</summary>
    private sealed record Held(long Epoch, FactsState State);

    /// <exception cref="JournalDamagedException">What is stored is not what was written.</exception>
    private async Task<Held> HeldAsync()
    {
        if (_held is { } held)
        {
            return held;
        }

        if (await journal.FindAsync(Id) is null)
        {
            return new(1, FactsState.Empty);
        }

        var lease = await journal.AcquireAsync(Id, null);
        return _held = new(lease.Epoch, await FactFold.WholeAsync(journal, Id, FactFold.From(FactsState.Empty, lease.Tail)));
    }

    /// <summary>What is committed, without taking the journal: a run can begin while the store takes no writes of ours.</summary>
    private async Task<FactsState> SeenAsync() =>
        _held?.State ?? (_seen = await FactFold.WholeAsync(journal, Id, await FactFold.ReadAsync(journal, Id, _seen)));

    /// <summary>Decides and writes. A refused or doubtful write is answered so that the caller comes again with the same id.</summary>
    /// <param name="meta">Remembered by its id, unless that is empty.</param>
    private async Task<(Receipt? Receipt, FactDecision? Decision, Problem? Problem)> CommitAsync(
        Func<DateTimeOffset, FactCommand> make, CommandMeta meta, IReadOnlyList<Body> bodies)
    {
        try
        {
            var held = await HeldAsync();
            if (meta.CommandId.Length > 0 && held.State.Exists && await journal.FindCommandAsync(Id, meta.CommandId) is { } known)
            {
                return (new(meta.CommandId, "duplicate", known.Seq), null, null);
            }

            var now = Now(held.State);
            var decision = FactDecision.On(held.State, make(now));
            if (decision.Refusal is null)
            {
                await AppendAsync(held, decision, meta, bodies, now);
            }

            return decision.Refusal is { } refusal ? (null, null, refusal) : (new(meta.CommandId, "accepted", decision.State.Head), decision, null);
        }
        catch (Exception e) when (JournalProblems.Facts.Of(e) is { } problem)
        {
            Drop();
            return (null, null, problem);
        }
    }

    private async Task AppendAsync(Held held, FactDecision decision, CommandMeta meta, IReadOnlyList<Body> bodies, DateTimeOffset now)
    {
        var (before, after) = (held.State, decision.State);

        // A command of a journal that does not exist yet changed nothing and need not be known: it would change nothing again.
        if (!after.Exists || (decision.Events.Count == 0 && meta.CommandId.Length == 0))
        {
            return;
        }

        var command = meta.CommandId.Length > 0 ? meta.CommandId : null;
        var rows = decision.Events.Select((e, i) => new JournalEvent(Id, before.Head + 1 + i, now, EventCodec.NameOf(e), command, EventCodec.Encode(e))).ToList();
        RecordedCommand[] commands = command is null ? [] : [new(command, meta.RequestHash, before.Head + Math.Min(1, rows.Count))];
        var header = new JournalHeader(
            Id, meta.Principal, null, "", "", RunStatus.Completed, null, "", after.Head, held.Epoch, null, null, 0, after.CreatedAt, now, null,
            JournalKind.Facts, journal.Generation);
        var used = rows.Count > 0 ? bodies : [];
        var outcome = await journal.AppendAsync(new(Id, held.Epoch, before.Head, rows, header, commands, used, decision.Released));
        if (outcome != AppendOutcome.Committed)
        {
            throw new DoubtfulException();
        }

        _held = new(held.Epoch, after);
    }

    /// <summary>Journal time never runs backwards, whatever the wall clock does.</summary>
    private DateTimeOffset Now(FactsState state)
    {
        var now = time.JournalNow();
        return now > state.UpdatedAt ? now : state.UpdatedAt;
    }

    private void Drop() => (_held, _seen) = (null, FactsState.Empty);
}
