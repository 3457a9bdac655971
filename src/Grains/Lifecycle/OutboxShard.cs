using Microsoft.Extensions.Logging;

namespace OrleansAgents.Grains.Lifecycle;

/// <summary>The way to one stream: the runs whose events it is owed take turns, one turn at a time. Thread-safe.</summary>
internal sealed partial class OutboxShard(OutboxPublisher publisher, TimeProvider time, ILogger log, CancellationToken stop)
{
    /// <summary>A moment in which events gather, so that many runs share a batch.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly OutboxQueue _queue = new();
    private int _failures, _suspectFailures;
    private (long Since, TimeSpan For) _suspectsWait;

    public void Offer(in Outgoing outgoing)
    {
        if (_queue.Add(outgoing, isAwaited: false, out _))
        {
            Begin();
        }
    }

    /// <summary>Completes with the run's next turn: its events are published and that is recorded, or some are still owed.</summary>
    public Task CatchUpAsync(in Outgoing outgoing)
    {
        if (_queue.Add(outgoing, isAwaited: true, out var turn))
        {
            Begin();
        }

        return turn;
    }

    /// <summary>Not in the caller's context: a run does not lend its scheduler to this.</summary>
    private void Begin() => ThreadPool.UnsafeQueueUserWorkItem(static shard => _ = shard.SendAllAsync(), this, preferLocal: false);

    private async Task SendAllAsync()
    {
        try
        {
            while (true)
            {
                // Asked for before the look, so that no run is added unseen between look and wait.
                var added = _queue.Added;
                var runs = _queue.Take(isTrial: _failures > 0, areSuspectsDue: UntilSuspects == TimeSpan.Zero);
                if (runs.Count > 0)
                {
                    await TurnAsync(runs);
                }
                else if (_queue.HasSuspects)
                {
                    await Task.WhenAny(added, Task.Delay(UntilSuspects, time, stop));
                    stop.ThrowIfCancellationRequested();
                }
                else
                {
                    return;
                }
            }
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The silo ends. Headers say what is owed.
        }
    }

    /// <summary>Suspects that fail wait longer each time, and hold up no other run.</summary>
    private async Task TurnAsync(List<OwedRun> runs)
    {
        var isSuspect = runs[0].IsSuspect;
        var isFine = await PublishAsync(runs);
        if (!isSuspect)
        {
            _failures = isFine ? 0 : _failures + 1;
            await Task.Delay(isFine ? Linger : PauseAfter(_failures), time, stop);
        }
        else if (isFine)
        {
            (_failures, _suspectFailures) = (0, 0);
        }
        else
        {
            _suspectFailures++;
            _suspectsWait = (time.GetTimestamp(), PauseAfter(_suspectFailures));
            await Task.Delay(PauseAfter(1), time, stop);
        }
    }

    /// <summary>Zero when a suspect may try.</summary>
    private TimeSpan UntilSuspects
    {
        get
        {
            var left = _suspectsWait.For - time.GetElapsedTime(_suspectsWait.Since);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    private static TimeSpan PauseAfter(int failures)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(failures - 1, 10));
        return (pause < LongestPause ? pause : LongestPause) * (0.5 + Random.Shared.NextDouble());
    }

    /// <summary>False when the stream or the journal refused something. Runs that are not done are in the queue again.</summary>
    private async Task<bool> PublishAsync(List<OwedRun> runs)
    {
        var isFine = false;
        try
        {
            isFine = await publisher.PublishAsync(runs, isTrial: _failures > 0);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            Failed(log, e);
        }

        foreach (var run in runs.Where(run => run.Owed > 0))
        {
            _queue.Return(run);
        }

        return isFine;
    }

    [LoggerMessage(6, LogLevel.Error, "Publishing lifecycle events failed; it goes on.")]
    private static partial void Failed(ILogger log, Exception error);
}
