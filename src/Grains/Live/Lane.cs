using System.Runtime.InteropServices;
using OrleansAgents.Client.Live;
using OrleansAgents.Events;
using OrleansAgents.Live;

namespace OrleansAgents.Grains.Live;

/// <summary>What is on its way to one gateway: in order, bounded, one awaited batch in flight. Thread-safe.</summary>
internal sealed class Lane(ILiveSink sink, LiveHub hub, Action<Lane, Exception> forget)
{
    /// <summary>Items that may wait; when they are more, all of one journal's are dropped and a mark is left.</summary>
    private const int Capacity = 16_384;
    private const int BatchSize = 2_048;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Follower> _followers = [];
    private List<LaneItem> _waiting = [];
    private long _round;
    private bool _sending;
    private bool _closed;

    public ILiveSink Sink => sink;

    /// <summary>Journals that are attached at present.</summary>
    public int Carried
    {
        get
        {
            lock (_gate)
            {
                return _followers.Count;
            }
        }
    }

    /// <summary>False when the lane was closed: what comes then is a new one.</summary>
    public bool TryAttach(string journalId, long number, out OpenAttempt? open)
    {
        Detach(journalId);
        var follower = new Follower(this, hub.Acquire(journalId), number);
        open = follower.Topic.Add(follower);
        lock (_gate)
        {
            if (!_closed)
            {
                _followers[journalId] = follower;
                return true;
            }
        }

        Leave(follower);
        return false;
    }

    /// <summary>Asks whether the gateway is still there, unless something is on its way to it anyway.</summary>
    public void Probe()
    {
        lock (_gate)
        {
            if (_closed || _sending)
            {
                return;
            }

            _sending = true;
        }

        _ = SendAsync(probe: true);
    }

    public void Detach(string journalId)
    {
        Follower? old;
        lock (_gate)
        {
            _followers.Remove(journalId, out old);
        }

        Leave(old);
    }

    private void Offer(Follower follower, in LaneItem item)
    {
        lock (_gate)
        {
            if (_closed || Fold(follower, item.Item.Delta))
            {
                return;
            }

            if (_waiting.Count >= Capacity && !item.Behind)
            {
                // The gateway is slow: this journal's items go, so that the others' can stay.
                var (id, lane) = (item.JournalId, item.Lane);
                _round++;
                _waiting.RemoveAll(w => w.JournalId == id && w.Lane == lane);
                _waiting.Add(new(id, lane, default, Behind: true));
                follower.Stopped = true;
            }
            else
            {
                follower.Newest = (_round, _waiting.Count);
                _waiting.Add(item);
            }

            if (_sending)
            {
                return;
            }

            _sending = true;
        }

        // Not in the caller's context: a run must not wait for a sink, nor lend it its scheduler.
        ThreadPool.UnsafeQueueUserWorkItem(static lane => _ = lane.SendAsync(probe: false), this, preferLocal: false);
    }

    /// <summary>Text that still waits grows by what follows on it: a gateway that is late is told of runs, not of tokens.</summary>
    private bool Fold(Follower follower, ModelDelta? delta)
    {
        if (delta is null || follower.Newest.Round != _round)
        {
            return false;
        }

        ref var newest = ref CollectionsMarshal.AsSpan(_waiting)[follower.Newest.Index];
        if (newest.Item.Delta?.With(delta) is not { } both)
        {
            return false;
        }

        newest = newest with { Item = new(null, both) };
        return true;
    }

    private async Task SendAsync(bool probe)
    {
        try
        {
            if (probe)
            {
                await sink.DeliverAsync([]);
            }

            while (Take() is { Count: > 0 } batch)
            {
                await sink.DeliverAsync(batch);
            }
        }
        catch (Exception e)
        {
            Close(e);
        }
    }

    private List<LaneItem> Take()
    {
        lock (_gate)
        {
            var batch = _waiting;
            _round++;
            if (batch.Count <= BatchSize)
            {
                _waiting = [];
            }
            else
            {
                _waiting = batch[BatchSize..];
                batch = batch[..BatchSize];
            }

            _sending = batch.Count > 0;
            return batch;
        }
    }

    private void Close(Exception reason)
    {
        List<Follower> all;
        lock (_gate)
        {
            _closed = true;
            all = [.. _followers.Values];
            _followers.Clear();
            _waiting.Clear();
        }

        forget(this, reason);
        all.ForEach(Leave);
    }

    private void Leave(Follower? follower)
    {
        if (follower is not null)
        {
            follower.Topic.Remove(follower);
            hub.Release(follower.Topic);
        }
    }

    /// <summary>One attached journal.</summary>
    private sealed class Follower(Lane lane, LiveTopic topic, long number) : ILiveFollower
    {
        public LiveTopic Topic => topic;

        /// <summary>A mark was left; it waits to be attached again.</summary>
        public volatile bool Stopped;

        /// <summary>Where its newest item waits, if that round is still on; guarded by the lane.</summary>
        public (long Round, int Index) Newest = (-1, 0);

        public void Offer(LiveItem item)
        {
            if (!Stopped && !item.IsBeat)
            {
                lane.Offer(this, new(topic.JournalId, number, item));
            }
        }

        public void FallBehind() => lane.Offer(this, new(topic.JournalId, number, default, Behind: true));
    }
}
