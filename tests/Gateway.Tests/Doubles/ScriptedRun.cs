using System.Threading.Channels;
using OrleansAgents.Client.Live;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Tests.Streams;
using OrleansAgents.Live;
using OrleansAgents.Runs;

namespace OrleansAgents.Gateway.Tests.Doubles;

/// <summary>A journal and a live lane, written by a test. Thread-safe.</summary>
internal sealed class ScriptedRun(string id)
{
    private readonly Lock _gate = new();
    private readonly List<JournalEvent> _journal = [];
    private readonly List<Follower> _followers = [];
    private OpenAttempt? _open;

    public Dictionary<string, string> Bodies { get; } = [];

    /// <summary>Commits an event and publishes it.</summary>
    public ScriptedRun Record(RunEvent e, bool publish = true)
    {
        lock (_gate)
        {
            var recorded = SampleEvents.Event(_journal.Count + 1, e) with { JournalId = id };
            _journal.Add(recorded);
            _open = e switch
            {
                ModelStarted s => new(recorded.Seq, s.Step, s.Attempt, []),
                ModelCompleted or ModelFailed => null,
                _ => _open,
            };
            _followers.ForEach(f => f.Offer(publish ? new(recorded, null) : null));
            return this;
        }
    }

    /// <summary>Produces text in the open attempt.</summary>
    public ScriptedRun Say(string text)
    {
        lock (_gate)
        {
            var offset = _open!.Parts.Sum(p => p.Text.Length);
            var delta = new ModelDelta(_open.Step, _open.Attempt, "text", offset, text);
            _open = _open with { Parts = [.. _open.Parts, delta] };
            _followers.ForEach(f => f.Offer(new(null, delta)));
            return this;
        }
    }

    /// <summary>Drops what every follower has not read yet.</summary>
    public void Overflow()
    {
        lock (_gate)
        {
            _followers.ForEach(f => f.Overflow());
        }
    }

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

    public long Head
    {
        get
        {
            lock (_gate)
            {
                return _journal.Count;
            }
        }
    }

    public void Beat(long head)
    {
        lock (_gate)
        {
            _followers.ForEach(f => f.Offer(new(null, null, head)));
        }
    }

    public ILiveSubscription Subscribe()
    {
        lock (_gate)
        {
            var follower = new Follower(_open);
            _followers.Add(follower);
            return follower;
        }
    }

    public EventPage Page(long after, int limit)
    {
        lock (_gate)
        {
            var ended = _journal is [.., { Type: "run.completed" or "run.failed" or "run.cancelled" }];
            return new(_journal.Where(e => e.Seq > after).Take(limit).ToList(), _journal.Count, ended);
        }
    }

    public RunView View()
    {
        lock (_gate)
        {
            var status = _journal is [.., { Type: "run.completed" }] ? RunStatus.Completed : RunStatus.Running;
            return new(
                id, null, "docs", "sha256:0", "default", status, null, null, 0, _journal.Count, "Hello", null, null, [], new(), null,
                DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, null, new Dictionary<string, string>());
        }
    }

    private sealed class Follower(OpenAttempt? open) : ILiveSubscription
    {
        private readonly Channel<LiveItem> _items = Channel.CreateUnbounded<LiveItem>();

        public OpenAttempt? Open => open;

        public bool Behind { get; private set; }

        public void Offer(LiveItem? item)
        {
            if (item is { } given && !Behind)
            {
                _items.Writer.TryWrite(given);
            }
        }

        public void Overflow()
        {
            while (_items.Reader.TryRead(out _))
            {
            }

            Behind = true;
            _items.Writer.TryComplete();
        }

        public async ValueTask WaitAsync(CancellationToken cancellation) => await _items.Reader.WaitToReadAsync(cancellation);

        public bool TryRead(out LiveItem item) => _items.Reader.TryRead(out item);

        public void Dispose()
        {
        }
    }
}
