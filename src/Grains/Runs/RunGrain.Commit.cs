using System.Diagnostics;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Grains.Interfaces;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Runs;
using OrleansAgents.Telemetry;

namespace OrleansAgents.Grains.Runs;

/// <summary>The inbox: commands and results are judged in order and committed together.</summary>
internal sealed partial class RunGrain
{
    private readonly Queue<Inbound> _inbox = new();
    private HeldRun? _run;
    private bool _pumping;

    /// <summary>A command on its way to the core.</summary>
    /// <param name="Make">Gives the command, stamped with the time of the commit.</param>
    /// <param name="Meta">Set for clients' commands, which are remembered by id.</param>
    /// <param name="Create">Makes the run when it does not exist; set for a start.</param>
    /// <param name="Otherwise">Judged instead where what follows from the command cannot be recorded.</param>
    /// <param name="Asked">The span of a client's command.</param>
    private sealed record Inbound(
        Func<DateTimeOffset, Command> Make, CommandMeta? Meta, IReadOnlyList<Body> Bodies, Func<HeldRun>? Create,
        Func<DateTimeOffset, Command>? Otherwise, TaskCompletionSource<CommandResult> Reply, ActivityContext Asked = default);

    private static readonly Receipt Done = new("", "accepted", 0);

    private Task<CommandResult> CommitAsync(
        Func<DateTimeOffset, Command> make, CommandMeta? meta, IReadOnlyList<Body>? bodies = null, Func<HeldRun>? create = null,
        Func<DateTimeOffset, Command>? otherwise = null, ActivityContext? asked = null)
    {
        var inbound = new Inbound(make, meta, bodies ?? [], create, otherwise, new(TaskCreationOptions.RunContinuationsAsynchronously), asked ?? (meta is null ? default : AgentTelemetry.Caller));
        _inbox.Enqueue(inbound);
        if (!_pumping)
        {
            _pumping = true;
            using (ExecutionContext.SuppressFlow())
            {
                _ = PumpAsync();
            }
        }

        return inbound.Reply.Task;
    }

    private async Task PumpAsync()
    {
        var batch = new List<Inbound>();
        try
        {
            while (_inbox.Count > 0)
            {
                batch.Clear();
                await CommitBatchAsync(batch);
            }
        }
        catch (Exception e)
        {
            CommitFailed(log, e, Id);
            Lose(batch, JournalProblems.Run.Of(e) ?? JournalProblems.Run.Moved);
        }
        finally
        {
            _pumping = false;
            Settle();
        }
    }

    /// <summary>Until the batch is settled: committed, refused or lost to another owner.</summary>
    private async Task CommitBatchAsync(List<Inbound> batch)
    {
        for (var delay = TimeSpan.FromMilliseconds(50); ; delay = delay < TimeSpan.FromSeconds(1) ? delay * 2 : delay)
        {
            while (_inbox.TryDequeue(out var item))
            {
                batch.Add(item);
            }

            try
            {
                if (_run is null && !await AcquireAsync(batch))
                {
                    return;
                }

                var turn = await JudgeAsync(batch);
                if (!turn.HasWork)
                {
                    turn.Answer();
                    Queue(turn.Asks);
                    return;
                }

                var began = time.GetTimestamp();
                switch (await journal.AppendAsync(turn.Append))
                {
                    case AppendOutcome.Committed:
                        Committed(turn, began);
                        return;
                    case AppendOutcome.Fenced when turn.Append.ExpectedHead == 0:
                        LookUp();
                        continue;
                    case AppendOutcome.Fenced:
                        Lose(batch, JournalProblems.Run.Moved);
                        return;
                    default:
                        if (await IsThereAsync(turn))
                        {
                            Committed(turn, began);
                            return;
                        }

                        break;
                }
            }
            catch (StorageRefusedException e)
            {
                // Clients are told at once; results in hand are kept and tried again under the same lease.
                Stalled(log, Id, e.Message);
                var problem = JournalProblems.Run.Of(e)!;
                batch.RemoveAll(i => i.Meta is not null && i.Reply.TrySetResult(problem));
                if (_run is null || _run.Policy.Draining)
                {
                    // Nothing is in hand, or nobody stays to hold it: whoever wakes the run next goes on.
                    Lose(batch, problem);
                    return;
                }
            }

            // Others may ask meanwhile; judging again takes another place.
            GiveBackPlace();
            await Task.Delay(delay, time);
        }
    }

    private void Committed(Turn turn, long began)
    {
        var run = _run!;
        var isNewlyCancelling = turn.State.Cancelling is not null && run.State.Cancelling is null;
        run.State = turn.State;
        run.Header = turn.Append.Header;
        run.OwnedSince = began;
        for (var i = 0; i < turn.Events.Count; i++)
        {
            run.Window.Add(turn.Append.Events[i].Seq, Bodies.Whole(turn.Events[i], turn.Append.Bodies));
        }

        telemetry.Committed(turn.Append.Events);
        _live?.Publish(turn.Append.Events);
        Publish(run, turn.Due, turn.Append.Events);
        turn.Answer();
        Heed(turn);
        Reconcile();
        Queue(turn.Asks);
        _asked = _working || turn.Asks ? _asked : default;
        if (MissedItsModel(turn))
        {
            _ = CommitAsync(now => new Wake(now, WakeReason.ModelIsBack), null);
        }

        if (isNewlyCancelling && run.State.Ended is null)
        {
            _ = EndGraceAsync();
        }

        if (run.State is { Ended: not null, ThreadId: { } thread })
        {
            // It is told, not waited for: a thread that misses it looks by itself.
            GrainFactory.GetGrain<IThreadUpkeep>(thread).EnsureRunningAsync().Ignore();
        }

        if (run.State.Ended is null && run.State.Head - run.SnapshotAt >= options.SnapshotEvery)
        {
            run.SnapshotAt = run.State.Head;
            _ = SnapshotAsync(run.State);
        }
    }

    /// <summary>The model answered another call while this commit was under way: who looked for waiting runs did not see this one.</summary>
    private bool MissedItsModel(Turn turn) =>
        turn.Events.Any(e => e is RunWaiting { Reason: WaitReason.Provider } or ModelFailed { Reason: WaitReason.Provider })
        && models.OutageOf(turn.State.ModelName) is null;

    /// <summary>By the monotonic clock: a wall clock that is moved meanwhile makes nobody wait. The deadline in the journal is for the next owner.</summary>
    private async Task EndGraceAsync()
    {
        await Task.Delay(RunPolicy.CancelGrace, time);
        if (_run?.State.Cancelling is not null)
        {
            await CommitAsync(now => new Wake(now, GraceIsOver: true), null);
        }
    }

    private void Publish(HeldRun run, DateTimeOffset? due, IReadOnlyList<JournalEvent> events)
    {
        if (run.Header is { } header && (events.Count > 0 || run.Outlet.Published < header.Head))
        {
            outbox.Offer(new(run.Outlet, header, due, events));
        }
    }

    private async Task SnapshotAsync(RunState state)
    {
        try
        {
            await journal.SnapshotAsync(Id, RunFold.ToSnapshot(state));
        }
        catch (Exception e)
        {
            // A cache: without it the next fold only reads more.
            SnapshotFailed(log, e, Id);
        }
    }
}
