using System.Threading.Channels;
using OrleansAgents.Live;

namespace OrleansAgents.Client.Live;

/// <summary>Takes what a journal's topic offers. Called under the topic's lock: it must return at once.</summary>
internal interface ILiveFollower
{
    void Offer(LiveItem item);

    /// <summary>Something is missing: nothing more is offered that would make sense.</summary>
    void FallBehind();
}

/// <summary>A bounded buffer between a run and one follower. When it is full, all of it is dropped and one mark is left.</summary>
internal sealed class LiveSubscription(OpenAttempt? open, Action<LiveSubscription> leave) : ILiveSubscription, ILiveFollower
{
    private const int Capacity = 2048;
    private readonly Channel<LiveItem> _items = Channel.CreateBounded<LiveItem>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = true });

    private volatile bool _behind;
    private bool _left;

    public OpenAttempt? Open => open;

    public bool Behind => _behind;

    /// <summary>Never waits: the run does not slow down for a follower.</summary>
    public void Offer(LiveItem item)
    {
        if (!_behind && !_items.Writer.TryWrite(item))
        {
            FallBehind();
        }
    }

    public void FallBehind()
    {
        _behind = true;
        _items.Writer.TryComplete();
    }

    public async ValueTask WaitAsync(CancellationToken cancellation)
    {
        if (!_behind)
        {
            await _items.Reader.WaitToReadAsync(cancellation);
        }
    }

    public bool TryRead(out LiveItem item)
    {
        if (_behind)
        {
            item = default;
            return false;
        }

        return _items.Reader.TryRead(out item);
    }

    public void Dispose()
    {
        if (!_left)
        {
            _left = true;
            leave(this);
        }
    }
}
