using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using OrleansAgents.Grains.Expiry;
using OrleansAgents.Grains.Interfaces;
using OrleansAgents.Grains.Lifecycle;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Grains.Telemetry;
using OrleansAgents.Journal;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Runs;

/// <summary>Looks after the journal partitions in its part of the ring, and after its own silo's rows without an activation.</summary>
[Reentrant]
internal sealed partial class RunSupervisor(
    GrainId id, Silo silo, ILoggerFactory logs, IJournal journal, IGrainFactory grains, LocalRuns localRuns, Ownership ownership,
    Outbox outbox, Retention retention, RunsOptions options, RunInstruments instruments, TimeProvider time) : GrainService(id, silo, logs), IRunSupervisor
{
    private const int AtOnce = 64;
    private const int JitterMs = 100;
    private const int PerScan = 1_000;

    private readonly ILogger _log = logs.CreateLogger<RunSupervisor>();
    private readonly SemaphoreSlim _resumes = new(AtOnce);
    private readonly ResumeRests _rests = new();
    private readonly ConcurrentDictionary<string, bool> _underWay = new();
    private readonly WakeSignal _look = new();

    protected override async Task StartInBackground()
    {
        await base.StartInBackground();
        using (ExecutionContext.SuppressFlow())
        {
            _ = WatchAsync(StoppedCancellationTokenSource.Token);
        }
    }

    public override async Task OnRangeChange(IRingRange oldRange, IRingRange newRange, bool increased)
    {
        await base.OnRangeChange(oldRange, newRange, increased);
        _look.Set();
    }

    public async Task ReleaseAsync(string runId)
    {
        if (localRuns.Find(runId) is { } activation)
        {
            activation.Deactivate(new(DeactivationReasonCode.ApplicationRequested, "Another silo takes the run."));
            await activation.Deactivated;
        }
    }

    private async Task WatchAsync(CancellationToken stopped)
    {
        for (var tick = 0; !stopped.IsCancellationRequested; tick++)
        {
            try
            {
                await LookAsync(tick % options.TicksPerSweep == options.TicksPerSweep - 1);
                await _look.WaitAsync(options.Tick, time, stopped);
            }
            catch (OperationCanceledException) when (stopped.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LookFailed(_log, e);
                await Task.Delay(options.Tick, time, CancellationToken.None);
            }
        }
    }

    private async Task LookAsync(bool sweep)
    {
        var now = time.GetUtcNow();
        var mine = Enumerable.Range(0, JournalHeader.Partitions)
            .Where(p => RingRange.InRange((uint)p << 24 | 0x0080_0000)).ToHashSet();
        var oldest = TimeSpan.Zero;
        var filter = new RecoveryFilter(now, ownership.Live, mine, PerScan);
        foreach (var h in await journal.ScanAsync(filter))
        {
            oldest = Waited(h, now) is var waited && waited > oldest ? waited : oldest;
            Resume(h, now, filter.IsAhead(h) ? WakeReason.ClockWasAhead : WakeReason.Due);
        }

        instruments.OldestRunnable = oldest.TotalSeconds;

        retention.Look(mine, now, sweep);
        if (sweep)
        {
            _rests.ForgetOld(now);
            if (instruments.WantsWaiting)
            {
                instruments.Waiting = await journal.WaitingAsync(mine);
            }

            var others = ownership.Live.Where(o => o != ownership.Me).ToList();
            foreach (var h in await journal.ScanAsync(new(now, others, null, int.MaxValue)))
            {
                if (h.Owner == ownership.Me && !localRuns.Contains(h.Id))
                {
                    Resume(h, now);
                }
            }
        }
    }

    /// <summary>Since when somebody should work on the run; an ended one waits for nothing but its publishing.</summary>
    private static TimeSpan Waited(JournalHeader h, DateTimeOffset now) => h is { Kind: JournalKind.Run, EndedAt: null }
        ? now - (h.WakeAt is { } due && due <= now ? due : h.UpdatedAt)
        : TimeSpan.Zero;

    private void Resume(JournalHeader header, DateTimeOffset now, WakeReason reason = WakeReason.Due)
    {
        if (!_rests.IsResting(header.Id, now) && _underWay.TryAdd(header.Id, true))
        {
            _ = ResumeAsync(header, reason);
        }
    }

    private async Task ResumeAsync(JournalHeader header, WakeReason reason)
    {
        var runId = header.Id;
        try
        {
            if (header is { EndedAt: not null, Kind: not JournalKind.Thread })
            {
                // The streams may be down: a run that waits for them takes no place from one that is due.
                if (await InTurnAsync(() => WithoutOwnerAsync(header)) is { } resting)
                {
                    await outbox.CatchUpAsync(resting);
                }
            }
            else if (await InTurnAsync(() => EnsureRunningAsync(header, reason)) is { } problem)
            {
                if (problem.Code is ProblemCodes.RunCorrupt or ProblemCodes.InvalidState)
                {
                    Rest(runId, problem.Message);
                }

                return;
            }

            _rests.Succeeded(runId);
        }
        catch (Exception e)
        {
            Rest(runId, e.Message);
        }
        finally
        {
            _underWay.TryRemove(runId, out _);
        }
    }

    private async Task<T> InTurnAsync<T>(Func<Task<T>> work)
    {
        await _resumes.WaitAsync();
        try
        {
            // After an outage all are due at once; they must not all knock at the same instant.
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(JitterMs)), time);
            return await work();
        }
        finally
        {
            _resumes.Release();
        }
    }

    private async Task<Problem?> EnsureRunningAsync(JournalHeader header, WakeReason reason)
    {
        if (header.Kind != JournalKind.Thread)
        {
            return await grains.GetGrain<IRunUpkeep>(header.Id).EnsureRunningAsync(reason);
        }

        await grains.GetGrain<IThreadUpkeep>(header.Id).EnsureRunningAsync();
        return null;
    }

    /// <summary>A process that takes an ended run, for a repeated start say, and dies before it puts the header back leaves its name there: no retention would find the run, and every tick would.</summary>
    /// <returns>Null when somebody else has taken the run meanwhile.</returns>
    private async Task<JournalHeader?> WithoutOwnerAsync(JournalHeader ended)
    {
        if (ended.Owner is not { } owner || (owner == ownership.Me ? localRuns.Contains(ended.Id) : ownership.Live.Contains(owner)))
        {
            return ended;
        }

        // Under a new epoch: should that process live after all, it writes no more.
        var resting = ended with { Epoch = ended.Epoch + 1, Owner = null };
        return await journal.AppendAsync(new(ended.Id, ended.Epoch, ended.Head, [], resting, [], [])) == AppendOutcome.Committed ? resting : null;
    }

    /// <summary>A run that cannot be resumed must not cost the others their turn.</summary>
    private void Rest(string runId, string reason) => ResumeFailed(_log, runId, _rests.Failed(runId, time.GetUtcNow()).TotalSeconds, reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Runs to resume could not be looked up; it is tried again within a second.")]
    private static partial void LookFailed(ILogger log, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{RunId} could not be resumed; it is tried again in {Seconds} s. {Reason}")]
    private static partial void ResumeFailed(ILogger log, string runId, double seconds, string reason);
}
