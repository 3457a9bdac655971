using Microsoft.Extensions.Logging;
using Orleans.Streams;
using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Lifecycle;

/// <summary>The way to one stream: one batch in flight, each run's events in order. Thread-safe.</summary>
internal sealed partial class OutboxShard(IAsyncStream<JournalEvent> stream, IJournal journal, TimeProvider time, ILogger log, CancellationToken stop)
{
    /// <summary>Events kept in memory for all runs of the shard; what is more is read from the journal in its turn.</summary>
    private const int Kept = 4_096;

    /// <summary>A moment in which events gather, so that many runs share a batch.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Waiting> _waiting = [];
    private readonly Queue<Waiting> _order = new();
    private int _kept;
    private bool _sending;

    public void Offer(in Outgoing outgoing, TaskCompletionSource? done)
    {
        lock (_gate)
        {
            var id = outgoing.Header.Id;
            if (!_waiting.TryGetValue(id, out var waiting))
            {
                _order.Enqueue(_waiting[id] = waiting = new());
            }

            _kept += waiting.Add(outgoing, done, room: Kept - _kept);
            if (_sending)
            {
                return;
            }

            _sending = true;
        }

        // Not in the caller's context: a run does not lend its scheduler to this.
        ThreadPool.UnsafeQueueUserWorkItem(static shard => _ = shard.SendAsync(), this, preferLocal: false);
    }

    private async Task SendAsync()
    {
        try
        {
            while (Take() is { Count: > 0 } runs)
            {
                for (var pause = TimeSpan.FromMilliseconds(100); !await PublishAsync(runs); pause = pause < TimeSpan.FromSeconds(5) ? pause * 2 : pause)
                {
                    await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), time, stop);
                }

                await Task.WhenAll(runs.Select(RecordAsync));
                await Task.Delay(Linger, time, stop);
            }
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // The silo ends. Headers say what is owed.
        }
    }

    private List<Waiting> Take()
    {
        lock (_gate)
        {
            var taken = new List<Waiting>();
            for (var events = 0; events < Batches.Most && _order.TryDequeue(out var waiting); events += waiting.Events.Count + 1)
            {
                _waiting.Remove(waiting.Last.Header.Id);
                _kept -= waiting.Events.Count;
                taken.Add(waiting);
            }

            _sending = taken.Count > 0;
            return taken;
        }
    }

    private async Task<bool> PublishAsync(List<Waiting> runs)
    {
        try
        {
            var batch = new List<JournalEvent>();
            foreach (var run in runs)
            {
                var (outlet, header, _, _) = run.Last;
                if (run.Events is not [var first, ..] || first.Seq > outlet.Published + 1)
                {
                    await ReadAsync(run, batch);
                }
                else
                {
                    batch.AddRange(run.Events);
                }
            }

            stop.ThrowIfCancellationRequested();
            foreach (var part in Batches.Of(batch))
            {
                await stream.OnNextBatchAsync(part);
            }

            return true;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            Unpublished(log, runs.Count, e.Message);
            return false;
        }
    }

    /// <summary>What is not in memory is in the journal. Of one that cannot be read, nothing can be published.</summary>
    private async Task ReadAsync(Waiting run, List<JournalEvent> batch)
    {
        try
        {
            for (var at = run.Last.Outlet.Published; at < run.Last.Header.Head;)
            {
                var page = await journal.ReadAsync(run.Last.Header.Id, at, Batches.Most);
                if (page.Count == 0)
                {
                    return;
                }

                batch.AddRange(page);
                at = page[^1].Seq;
            }
        }
        catch (Exception e) when (e is JournalDamagedException or JournalDeletedException)
        {
            Unreadable(log, e.Message);
        }
    }

    /// <summary>A resting run's header is told by one write of its own; that of a run at work goes with its next append.</summary>
    private async Task RecordAsync(Waiting run)
    {
        var (outlet, header, due, _) = run.Last;
        outlet.Reached(header.Head);
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
            run.Done?.TrySetResult();
        }
    }

    /// <summary>One run's turn.</summary>
    private sealed class Waiting
    {
        private bool _whole = true;

        public Outgoing Last { get; private set; }
        public List<JournalEvent> Events { get; } = [];
        public TaskCompletionSource? Done { get; private set; }

        /// <summary>Returns by how many events more it holds.</summary>
        public int Add(in Outgoing next, TaskCompletionSource? done, int room)
        {
            Last = next;
            Done ??= done;
            _whole = _whole && next.Events.Count <= room && (Events is not [.., var last] || next.Events is not [var first, ..] || first.Seq == last.Seq + 1);
            if (_whole)
            {
                Events.AddRange(next.Events);
                return next.Events.Count;
            }

            var dropped = Events.Count;
            Events.Clear();
            return -dropped;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Events of {Runs} runs could not be published: {Reason} It is tried again.")]
    private static partial void Unpublished(ILogger log, int runs, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Events were not published: {Reason}")]
    private static partial void Unreadable(ILogger log, string reason);

    [LoggerMessage(3, LogLevel.Information, "{RunId} is published, but its header does not say so yet: {Reason}")]
    private static partial void Unrecorded(ILogger log, string runId, string reason);
}
