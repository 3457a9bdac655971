namespace OrleansAgents.Client.Live;

/// <summary>Hands what runs and threads do to those who follow them, within this process.</summary>
internal sealed class LiveHub : ILiveTail
{
    private readonly Dictionary<string, LiveRun> _runs = [];
    private readonly Lock _gate = new();

    /// <summary>The topic of a journal, for whoever produces on it; given back by <see cref="Release"/>.</summary>
    public LiveRun Acquire(string journalId)
    {
        lock (_gate)
        {
            if (!_runs.TryGetValue(journalId, out var run))
            {
                _runs[journalId] = run = new(journalId);
            }

            run.Users++;
            return run;
        }
    }

    public void Release(LiveRun run)
    {
        lock (_gate)
        {
            if (--run.Users == 0)
            {
                _runs.Remove(run.JournalId);
            }
        }
    }

    public ILiveSubscription Subscribe(string journalId)
    {
        var run = Acquire(journalId);
        return run.Subscribe(() => Release(run));
    }

    public IReadOnlyCollection<string> Followed
    {
        get
        {
            lock (_gate)
            {
                return [.. _runs.Values.Where(r => r.IsFollowed).Select(r => r.JournalId)];
            }
        }
    }

    public void Beat(string journalId, long head)
    {
        LiveRun? run;
        lock (_gate)
        {
            _runs.TryGetValue(journalId, out run);
        }

        run?.Relay(new(null, null, head));
    }

    /// <summary>Journals that are produced on or followed at present.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _runs.Count;
            }
        }
    }
}
