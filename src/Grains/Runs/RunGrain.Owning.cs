using OrleansAgents.Client.Live;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Runs;

/// <summary>How this activation comes to own the run, and how it stops owning it.</summary>
internal sealed partial class RunGrain
{
    private LiveTopic? _live;

    /// <summary>A start was fenced or may have landed: the run has to be looked up.</summary>
    private bool _exists;

    /// <summary>Takes the journal, or creates the run. False when the batch was answered without one.</summary>
    private async Task<bool> AcquireAsync(List<Inbound> batch)
    {
        if (!_exists && batch.FindIndex(i => i.Create is not null) is var start and >= 0)
        {
            // Nearly every start is of a new run, so nothing is read first: if the run exists, its first append is fenced.
            // The start goes first: what else arrived meanwhile is meant for the run that it makes.
            (batch[0], batch[start]) = (batch[start], batch[0]);
            _run = batch[0].Create!();
            _live ??= hub.Acquire(Id);
            return true;
        }

        var found = await FindAsync(batch);
        if (found is null)
        {
            if (_exists)
            {
                // The first append was of unknown outcome, and is not there: it is made again.
                _exists = false;
                return await AcquireAsync(batch);
            }

            Lose(batch, NotFound);
            return false;
        }

        // Somebody else's run is not even woken.
        if (batch.RemoveAll(i => RefuseIfForeign(i, found.Header.Principal)) > 0 && batch.Count == 0)
        {
            return false;
        }

        if (found.Header.Owner is { } owner && owner != ownership.Me)
        {
            await ownership.AskToReleaseAsync(owner, Id);
        }

        try
        {
            var began = time.GetTimestamp();
            var lease = await journal.AcquireAsync(Id, ownership.Me);
            _run = await HeldRun.LoadAsync(lease, journal, catalog);
            telemetry.Recovered(lease.PreviousOwner is not null, began);
        }
        catch (Exception e) when (e is JournalDamagedException or NewerBuildException)
        {
            await ParkAsync(e is NewerBuildException ? PauseReason.NewerBuild : PauseReason.Corrupt);
            throw;
        }

        _live ??= hub.Acquire(Id);
        Publish(_run, null, []);
        Acquired(log, Id, _run.Epoch, _run.State.Head);
        var restored = _run.Header!.Generation < journal.Generation;
        batch.Insert(0, new(now => new TakeOver(now, restored), null, [], null, null, new()));
        return true;
    }

    private async Task<JournalView?> FindAsync(List<Inbound> batch)
    {
        try
        {
            return await journal.FindAsync(Id);
        }
        catch (JournalDeletedException e)
        {
            batch.RemoveAll(i => RefuseIfForeign(i, e.Owner));
            throw;
        }
    }

    private static readonly Problem NotFound = new(ProblemCodes.RunNotFound, "There is no such run.");

    /// <summary>Answers a command that is not by the run's own principal as if there were no run, and says whether it did.</summary>
    private static bool RefuseIfForeign(Inbound item, Principal? principal)
    {
        if (item.Meta is not { } meta || meta.Principal == principal)
        {
            return false;
        }

        item.Reply.TrySetResult(NotFound);
        return true;
    }

    /// <summary>A run that cannot be folded stands still, and its header says so: lists show it, and nobody tries it at every tick.</summary>
    /// <remarks>What a newer build wrote is looked at again every minute, so that a silo of that build finds it.</remarks>
    private async Task ParkAsync(string reason)
    {
        if (await journal.FindAsync(Id) is { Header: { EndedAt: null } h })
        {
            DateTimeOffset? wakeAt = reason == PauseReason.NewerBuild ? time.GetUtcNow() + TimeSpan.FromMinutes(1) : null;

            // Under a new epoch: what the last owner still has to say of its header would put this one back.
            await journal.AppendAsync(new(
                Id, h.Epoch, h.Head, [],
                h with { Epoch = h.Epoch + 1, Status = RunStatus.Paused, Reason = reason, Owner = null, WakeAt = wakeAt }, [], []));
        }
    }

    /// <summary>After an append of unknown outcome: acquire again, fold, and look.</summary>
    /// <remarks>When nobody came between, open effects are still ours and go on; no takeover is needed.</remarks>
    private async Task<bool> IsThereAsync(Turn turn)
    {
        if (turn.Append.ExpectedHead == 0)
        {
            LookUp();
            return false;
        }

        var before = _run!;
        var lease = await journal.AcquireAsync(Id, ownership.Me);
        if (lease.PreviousEpoch != before.Epoch)
        {
            throw new InvalidOperationException("Another owner came between.");
        }

        var append = turn.Append;
        var landed = append.Events.Count > 0
            ? lease.Header?.Head == append.ExpectedHead + append.Events.Count
            : append.Commands.Count > 0 && await journal.FindCommandAsync(Id, append.Commands[0].CommandId) is not null;
        before.Epoch = lease.Epoch;
        return landed;
    }

    /// <summary>The run may exist already: what is known here of a new one is forgotten.</summary>
    private void LookUp()
    {
        _run = null;
        _exists = true;
        Queue(asks: false);
    }

    /// <summary>The last commit of an owner that stops.</summary>
    private async Task HandBackAsync()
    {
        if (_run is not { } run)
        {
            return;
        }

        run.Policy = run.Policy with { Draining = true };
        Queue(asks: false);
        CutRepeatable();
        var withdrawn = Withdraw();
        await DrainAsync(withdrawn);
        if (_run is not null)
        {
            // Bodies of a partial are not stored with it: only what it counts is.
            PartialAnswer? partial = null;
            await CommitAsync(now => new HandBack(now, withdrawn, partial ??= Cut([])), null);
        }
    }

    /// <summary>Somebody else owns the run, or it cannot be owned: whatever waits is told so, and nothing here goes on.</summary>
    private void Lose(List<Inbound> batch, Problem problem)
    {
        foreach (var item in batch)
        {
            item.Reply.TrySetResult(problem);
        }

        while (_inbox.TryDequeue(out var item))
        {
            item.Reply.TrySetResult(problem);
        }

        if (_run is not null)
        {
            Lost(log, Id, problem.Message);
        }

        Drop();
    }

    private void Drop()
    {
        _asked = default;
        CancelAll();
        _run = null;
        if (_live is { } live)
        {
            _live = null;
            hub.Release(live);
        }
    }

    /// <summary>With effects in flight the activation must not be collected under them; without any, it goes.</summary>
    private void Settle()
    {
        if (_running.Count > 0 || _queued is not null)
        {
            DelayDeactivation(Timeout.InfiniteTimeSpan);
        }
        else
        {
            DelayDeactivation(TimeSpan.Zero);
            DeactivateOnIdle();
        }
    }
}
