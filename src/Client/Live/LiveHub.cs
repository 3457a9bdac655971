namespace OrleansAgents.Client.Live;

/// <summary>Hands what runs and threads do to those who follow them, within this process.</summary>
internal sealed class LiveHub : ILiveTail
{
    private readonly Dictionary<string, LiveTopic> _topics = [];
    private readonly Lock _gate = new();

    /// <summary>The topic of a journal, for whoever produces on it; given back by <see cref="Release"/>.</summary>
    public LiveTopic Acquire(string journalId)
    {
        lock (_gate)
        {
            if (!_topics.TryGetValue(journalId, out var topic))
            {
                _topics[journalId] = topic = new(journalId);
            }

            topic.Users++;
            return topic;
        }
    }

    public void Release(LiveTopic topic)
    {
        lock (_gate)
        {
            if (--topic.Users == 0)
            {
                _topics.Remove(topic.JournalId);
            }
        }
    }

    public ILiveSubscription Subscribe(string journalId)
    {
        var topic = Acquire(journalId);
        return topic.Subscribe(() => Release(topic));
    }

    public IReadOnlyCollection<string> Followed
    {
        get
        {
            lock (_gate)
            {
                return [.. _topics.Values.Where(r => r.IsFollowed).Select(r => r.JournalId)];
            }
        }
    }

    public void Beat(string journalId, long head)
    {
        LiveTopic? topic;
        lock (_gate)
        {
            _topics.TryGetValue(journalId, out topic);
        }

        topic?.Relay(new(null, null, head));
    }

    /// <summary>Journals that are produced on or followed at present.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _topics.Count;
            }
        }
    }
}
