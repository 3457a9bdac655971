using Microsoft.Extensions.Logging;

namespace OrleansAgents.Lifecycle;

/// <summary>The way to one stream: the runs whose events it is owed take turns, one turn at a time. Thread-safe.</summary>
internal sealed partial class OutboxShard(OutboxPublisher publisher, TimeProvider time, ILogger log, CancellationToken stop)
{
    /// <summary>A moment in which events gather, so that many runs share a batch.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly OutboxQueue _queue = new();
    private int _failures, _suspectFailures;

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
            while (_queue.Take(isTrial: _failures > 0) is { Count: > 0 } runs)
            {
                var isSuspect = runs[0].IsSuspect;
                var isFine = await TurnAsync(runs);
                (_failures, _suspectFailures) = isFine ? (0, 0) : isSuspect ? (_failures, _suspectFailures + 1) : (_failures + 1, 0);
                await PauseAsync(isFine, isSuspect);
            }
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The silo ends. Headers say what is owed.
        }
    }

    /// <summary>Suspects hold up no other run: a long pause after one of them ends when another run comes.</summary>
    private async Task PauseAsync(bool isFine, bool isSuspect)
    {
        if (isFine)
        {
            await Task.Delay(isSuspect ? TimeSpan.Zero : Linger, time, stop);
            return;
        }

        await Task.Delay(FirstPause * Jitter, time, stop);
        var more = (PauseAfter(isSuspect ? _suspectFailures : _failures) - FirstPause) * Jitter;
        var added = _queue.Added;
        if (more > TimeSpan.Zero && !(isSuspect && _queue.HasTurns))
        {
            var pause = Task.Delay(more, time, stop);
            await Task.WhenAny(pause, isSuspect ? added : pause);
            stop.ThrowIfCancellationRequested();
        }
    }

    private static double Jitter => 0.5 + Random.Shared.NextDouble();

    private static TimeSpan PauseAfter(int failures)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(failures - 1, 10));
        return pause < LongestPause ? pause : LongestPause;
    }

    /// <summary>False when the stream or the journal refused something. Runs that are not done are in the queue again.</summary>
    private async Task<bool> TurnAsync(List<OwedRun> runs)
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
