using OrleansAgents.Events;
using OrleansAgents.Live;

namespace OrleansAgents.Client.Live;

/// <summary>One journal's topic: its followers, and the text of the open attempt for those who come late. Thread-safe.</summary>
internal sealed class LiveTopic(string journalId)
{
    private readonly Lock _gate = new();
    private readonly List<ILiveFollower> _followers = [];
    private (long Seq, int Step, int Attempt)? _open;
    private OpenText _text = new(0, 0);

    public string JournalId => journalId;

    public bool IsFollowed
    {
        get
        {
            lock (_gate)
            {
                return _followers.Count > 0;
            }
        }
    }

    /// <summary>Guarded by the hub.</summary>
    public int Users { get; set; }

    /// <summary>Publishes committed events, in order.</summary>
    public void Publish(IReadOnlyList<JournalEvent> events)
    {
        lock (_gate)
        {
            foreach (var e in events)
            {
                foreach (var f in _followers)
                {
                    f.Offer(new(e, null));
                }
            }
        }
    }

    /// <summary>An attempt starts to produce text.</summary>
    public void Open(long startedSeq, int step, int attempt)
    {
        lock (_gate)
        {
            _open = (startedSeq, step, attempt);
            _text = new(step, attempt);
        }
    }

    /// <summary>The attempt ended or was cut: what still comes of it is dropped.</summary>
    public void Close(int step, int attempt)
    {
        lock (_gate)
        {
            if (_open is var (_, s, a) && s == step && a == attempt)
            {
                (_open, _text) = (null, new(0, 0));
            }
        }
    }

    /// <summary>Ends the attempt and gives its text so far; null when it is not open.</summary>
    public OpenAttempt? Take(int step, int attempt)
    {
        lock (_gate)
        {
            var open = _open is var (_, s, a) && s == step && a == attempt ? Snapshot() : null;
            Close(step, attempt);
            return open;
        }
    }

    /// <summary>A piece of an attempt's answer.</summary>
    public void Delta(int step, int attempt, string kind, string text)
    {
        lock (_gate)
        {
            if (_open is not var (_, s, a) || s != step || a != attempt)
            {
                return;
            }

            var delta = new ModelDelta(step, attempt, kind, _text.Length, text);
            _text.Append(kind, text);
            foreach (var f in _followers)
            {
                f.Offer(new(null, delta));
            }
        }
    }

    /// <summary>Passes on what another process produced, keeping the open attempt in step. False at a hole in its text.</summary>
    public bool Relay(LiveItem item)
    {
        lock (_gate)
        {
            switch (item)
            {
                case { Event: { Type: "model.started" } e } when e.Decode() is ModelStarted m:
                    Open(e.Seq, m.Step, m.Attempt);
                    break;
                case { Event.Type: "model.completed" or "model.failed" }:
                    _open = null;
                    break;
                case { Delta: { } d }:
                    if (_open is not var (_, s, a) || s != d.Step || a != d.Attempt || d.Offset != _text.Length)
                    {
                        return false;
                    }

                    Delta(d.Step, d.Attempt, d.Kind, d.Text);
                    return true;
            }

            foreach (var f in _followers)
            {
                f.Offer(item);
            }

            return true;
        }
    }

    /// <summary>Begins anew from what the producing process has; every follower has to catch up.</summary>
    public void Reset(OpenAttempt? open)
    {
        lock (_gate)
        {
            _open = null;
            if (open is not null)
            {
                Open(open.StartedSeq, open.Step, open.Attempt);
                foreach (var part in open.Parts)
                {
                    _text.Append(part.Kind, part.Text);
                }
            }

            foreach (var f in _followers)
            {
                f.FallBehind();
            }
        }
    }

    public LiveSubscription Subscribe(Action release)
    {
        lock (_gate)
        {
            var follower = new LiveSubscription(Snapshot(), Leave);
            _followers.Add(follower);
            return follower;
        }

        void Leave(LiveSubscription follower)
        {
            Remove(follower);
            release();
        }
    }

    /// <summary>Adds a follower of another kind; what it is offered follows on the attempt that is returned.</summary>
    public OpenAttempt? Add(ILiveFollower follower)
    {
        lock (_gate)
        {
            _followers.Add(follower);
            return Snapshot();
        }
    }

    public void Remove(ILiveFollower follower)
    {
        lock (_gate)
        {
            _followers.Remove(follower);
        }
    }

    private OpenAttempt? Snapshot() => _open is var (seq, step, attempt) ? new(seq, step, attempt, _text.Pieces()) : null;
}
