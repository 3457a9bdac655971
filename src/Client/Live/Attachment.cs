using OrleansAgents.Live;

namespace OrleansAgents.Client.Live;

/// <summary>One watched journal: what a silo sends of it goes to the viewers' topic, in order, from the attached moment on.</summary>
internal sealed class Attachment(LiveTopic topic)
{
    private readonly Lock _gate = new();
    private List<LiveItem>? _early = [];
    private long _seq;

    public LiveTopic Topic => topic;

    /// <summary>Number of the newest attempt to attach; 0 when it was left.</summary>
    public long Lane { get; set; }

    /// <summary>Sweeps without a viewer.</summary>
    public int Idle { get; set; }

    public void Begin(long lane)
    {
        lock (_gate)
        {
            (Lane, _early) = (lane, []);
        }
    }

    /// <summary>The silo answered: what it has, then what came before its answer did.</summary>
    public void Attached(long lane, OpenAttempt? open)
    {
        lock (_gate)
        {
            if (lane != Lane || _early is not { } early)
            {
                return;
            }

            (_early, _seq) = (null, 0);
            topic.Reset(open);
            foreach (var item in early)
            {
                Pass(item);
            }
        }
    }

    /// <summary>False when something is missing and it has to be attached anew.</summary>
    public bool Take(in LaneItem item)
    {
        lock (_gate)
        {
            if (item.Lane != Lane)
            {
                return true;
            }

            if (item.Behind)
            {
                return false;
            }

            if (_early is { } early)
            {
                early.Add(item.Item);
                return true;
            }

            return Pass(item.Item);
        }
    }

    /// <summary>The journal has events that never came. At the first look there is nothing to compare with yet.</summary>
    public bool IsShortOf(long head)
    {
        lock (_gate)
        {
            var missing = _seq > 0 && _early is null && head > _seq;
            _seq = Math.Max(_seq, head);
            return missing;
        }
    }

    private bool Pass(in LiveItem item)
    {
        _seq = item.Event?.Seq ?? _seq;
        return topic.Relay(item);
    }
}
