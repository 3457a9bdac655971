using Microsoft.Extensions.Logging;
using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Lifecycle;

/// <summary>The way to one stream: one batch in flight, each run's events in order. Thread-safe.</summary>
/// <remarks>
/// A stream that refuses a batch is away, or cannot carry one of its events. The runs of that batch are then sent alone, event by
/// event, in turn with the others; an event that is refused goes without its data, and is left out when the stream refuses that
/// too and takes others. Consumers read both from the journal.
/// </remarks>
/// <param name="send">Completes when the stream has the events.</param>
internal sealed partial class OutboxShard(
    Func<IReadOnlyList<JournalEvent>, Task> send, IJournal journal, TimeProvider time, ILogger log, CancellationToken stop)
{
    /// <summary>A moment in which events gather, so that many runs share a batch.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly OutboxQueue _queue = new();
    private long _passed;
    private int _failures;

    public void Offer(in Outgoing outgoing)
    {
        if (_queue.Add(outgoing))
        {
            Begin();
        }
    }

    /// <summary>Completes when the run's events are published and that is recorded, or could not be.</summary>
    public Task CatchUpAsync(in Outgoing outgoing)
    {
        if (_queue.Add(outgoing, isAwaited: true, out var told))
        {
            Begin();
        }

        return told;
    }

    /// <summary>Not in the caller's context: a run does not lend its scheduler to this.</summary>
    private void Begin() => ThreadPool.UnsafeQueueUserWorkItem(static shard => _ = shard.SendAllAsync(), this, preferLocal: false);

    private async Task SendAllAsync()
    {
        try
        {
            while (_queue.Take(one: _failures > 0) is { Count: > 0 } runs)
            {
                _failures = await TurnAsync(runs) ? 0 : _failures + 1;
                await Task.Delay(_failures == 0 ? Linger : PauseAfter(_failures), time, stop);
            }
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The silo ends. Headers say what is owed.
        }
    }

    private static TimeSpan PauseAfter(int failures)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(failures - 1, 10));
        return (pause < LongestPause ? pause : LongestPause) * (0.5 + Random.Shared.NextDouble());
    }

    /// <summary>False when the stream or the journal refused something. Runs that are not done are in the queue again.</summary>
    private async Task<bool> TurnAsync(List<OwedRun> runs)
    {
        var isFine = true;
        var events = new List<JournalEvent>();
        foreach (var run in runs)
        {
            isFine &= await ReadAsync(run, events);
        }

        stop.ThrowIfCancellationRequested();
        isFine &= runs is [{ IsSuspect: true } suspect] ? await SendAloneAsync(suspect, events) : await SendTogetherAsync(runs, events);
        foreach (var run in runs.Where(run => !run.IsPublished))
        {
            _queue.Return(run);
        }

        await Task.WhenAll(runs.Where(run => run.IsPublished).Select(RecordAsync));
        return isFine;
    }

    /// <summary>Adds the run's next events. Of a journal that is damaged or deleted, nothing can be published.</summary>
    private async Task<bool> ReadAsync(OwedRun run, List<JournalEvent> events)
    {
        try
        {
            var next = await run.NextAsync(journal);
            events.AddRange(next);
            if (next.Count == 0)
            {
                run.Passed(run.Last.Header.Head);
            }

            return true;
        }
        catch (Exception e) when (e is JournalDamagedException or JournalDeletedException)
        {
            Unreadable(log, e.Message);
            run.Passed(run.Last.Header.Head);
            return true;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            Unread(log, run.Id, e.Message);
            return false;
        }
    }

    private async Task<bool> SendTogetherAsync(List<OwedRun> runs, List<JournalEvent> events)
    {
        var byId = runs.ToDictionary(run => run.Id);
        foreach (var batch in Batches.Of(events))
        {
            if (!await SendAsync(batch))
            {
                // A stream that refused before is away: that makes nobody suspect.
                foreach (var id in batch.Select(e => e.JournalId).Distinct())
                {
                    byId[id].IsSuspect |= _failures == 0;
                }

                return false;
            }

            foreach (var e in batch)
            {
                byId[e.JournalId].Passed(e.Seq);
            }
        }

        return true;
    }

    private async Task<bool> SendAloneAsync(OwedRun run, List<JournalEvent> events)
    {
        foreach (var e in events)
        {
            if (!await SendAsync([e]) && !await SendAsync([e.WithoutData()]))
            {
                if (!run.IsRefusedForGood(_passed))
                {
                    return false;
                }

                LeftOut(log, run.Id, e.Seq, e.Type);
            }

            run.Passed(e.Seq);
        }

        run.IsSuspect = false;
        return true;
    }

    private async Task<bool> SendAsync(IReadOnlyList<JournalEvent> batch)
    {
        try
        {
            await send(batch);
            _passed += batch.Count;
            return true;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            Refused(log, batch.Count, batch[0].JournalId, batch[0].Seq, e.Message);
            return false;
        }
    }

    /// <summary>A resting run's header is told by one write of its own; that of a run at work goes with its next append.</summary>
    private async Task RecordAsync(OwedRun run)
    {
        var (_, header, due, _) = run.Last;
        try
        {
            if (header.Owner is null)
            {
                // Fenced means that the run went on: then it is told there.
                _ = await journal.AppendAsync(
                    new(header.Id, header.Epoch, header.Head, [], header with { PublishedSeq = header.Head, WakeAt = due }, [], []));
            }
        }
        catch (Exception e)
        {
            // The wake time stays, and a supervisor looks at it again.
            Unrecorded(log, header.Id, e.Message);
        }
        finally
        {
            run.Tell();
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The lifecycle stream refused {Events} events, the first {RunId} {Seq}: {Reason} They are sent again.")]
    private static partial void Refused(ILogger log, int events, string runId, long seq, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Events were not published: {Reason}")]
    private static partial void Unreadable(ILogger log, string reason);

    [LoggerMessage(3, LogLevel.Information, "{RunId} is published, but its header does not say so yet: {Reason}")]
    private static partial void Unrecorded(ILogger log, string runId, string reason);

    [LoggerMessage(4, LogLevel.Warning, "Events of {RunId} could not be read to publish them: {Reason} They are read again.")]
    private static partial void Unread(ILogger log, string runId, string reason);

    [LoggerMessage(5, LogLevel.Error, "The lifecycle stream takes other events but not {RunId} {Seq} ({Type}): it is left out. Consumers read it from the journal.")]
    private static partial void LeftOut(ILogger log, string runId, long seq, string type);
}
