using OrleansAgents.Client.Calls;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Gateway.Hubs;

/// <summary>Tells this process's watched lists which runs changed, at most five times a second. Thread-safe.</summary>
/// <remarks>
/// The lifecycle streams name runs of all users. A changed run is read once for all lists; one whose user watches nothing is read
/// once, to learn whose it is.
/// </remarks>
/// <param name="follow">Follows the lifecycle streams: each event, and that some may have passed by.</param>
internal sealed partial class RunChanges(Func<Action<JournalEvent>, Action, IAsyncDisposable> follow, Caller caller, TimeProvider time, ILogger<RunChanges> log)
{
    /// <summary>Runs that changed in one moment; where there are more, lists are read anew.</summary>
    public const int MostChanged = 5_000;

    private const int PageSize = 250;

    /// <summary>Runs whose user is remembered; with more, all are learned again.</summary>
    private const int MostOwners = 50_000;

    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly Dictionary<Principal, List<RunListViewer>> _viewers = [];
    private readonly HashSet<string> _changed = [];
    private readonly Dictionary<string, Principal> _owners = [];
    private IAsyncDisposable? _following;
    private bool _missed;
    private bool _isGathering;

    /// <summary>Tells the viewer of changes until this is disposed; first, that it has no list yet.</summary>
    public IAsyncDisposable Watch(RunListViewer viewer)
    {
        viewer.Missed();
        lock (_gate)
        {
            if (!_viewers.TryGetValue(viewer.Principal, out var viewers))
            {
                _viewers[viewer.Principal] = viewers = [];
            }

            viewers.Add(viewer);
            _following ??= follow(Take, Miss);
        }

        return new Watching(this, viewer);
    }

    private void Take(JournalEvent e)
    {
        lock (_gate)
        {
            if (_owners.TryGetValue(e.JournalId, out var owner) && !_viewers.ContainsKey(owner))
            {
                return;
            }

            if (_changed.Count < MostChanged || _changed.Contains(e.JournalId))
            {
                _changed.Add(e.JournalId);
            }
            else
            {
                _missed = true;
            }

            Begin();
        }
    }

    private void Miss()
    {
        lock (_gate)
        {
            _missed = true;
            Begin();
        }
    }

    private void Begin()
    {
        if (!_isGathering && _viewers.Count > 0)
        {
            _isGathering = true;

            // It works for all viewers, and in the flow of none.
            ThreadPool.UnsafeQueueUserWorkItem(static changes => _ = changes.GatherAsync(), this, preferLocal: false);
        }
    }

    private async Task GatherAsync()
    {
        while (true)
        {
            await Task.Delay(Gathering, time);
            string[] ids;
            Dictionary<Principal, RunListViewer[]> viewers;
            bool missed;
            lock (_gate)
            {
                (missed, _missed) = (_missed, false);
                ids = missed ? [] : [.. _changed];
                viewers = _viewers.ToDictionary(each => each.Key, each => each.Value.ToArray());
                _changed.Clear();
                _isGathering = viewers.Count > 0 && (missed || ids.Length > 0);
                if (!_isGathering)
                {
                    return;
                }
            }

            if (missed || !await TellAsync(ids, viewers))
            {
                foreach (var viewer in viewers.Values.SelectMany(each => each))
                {
                    LeaveUnless(viewer.Missed(), viewer);
                }
            }
        }
    }

    /// <summary>False when the runs could not be read.</summary>
    private async Task<bool> TellAsync(string[] ids, Dictionary<Principal, RunListViewer[]> viewers)
    {
        try
        {
            foreach (var page in ids.Chunk(PageSize))
            {
                var runs = await caller.ReadAsync(r => r.SummariesAsync(page), CancellationToken.None);
                Learn(runs);
                foreach (var (principal, run) in runs)
                {
                    foreach (var viewer in viewers.GetValueOrDefault(principal, []))
                    {
                        LeaveUnless(viewer.Changed(run), viewer);
                    }
                }
            }

            return true;
        }
        catch (Exception e)
        {
            // Each list is read anew, and says itself what is wrong.
            Unread(log, e);
            return false;
        }
    }

    private void Learn(IReadOnlyList<UserRun> runs)
    {
        lock (_gate)
        {
            if (_owners.Count + runs.Count > MostOwners)
            {
                _owners.Clear();
            }

            foreach (var (principal, run) in runs)
            {
                if (run.EndedAt is null)
                {
                    _owners[run.Id] = principal;
                }
                else
                {
                    _owners.Remove(run.Id);
                }
            }
        }
    }

    /// <summary>Removes a viewer that was cut.</summary>
    private void LeaveUnless(bool takesMore, RunListViewer viewer)
    {
        if (!takesMore)
        {
            _ = LeaveAsync(viewer);
        }
    }

    private async Task LeaveAsync(RunListViewer viewer)
    {
        IAsyncDisposable? following = null;
        lock (_gate)
        {
            if (_viewers.TryGetValue(viewer.Principal, out var viewers) && viewers.Remove(viewer) && viewers.Count == 0)
            {
                _viewers.Remove(viewer.Principal);
            }

            if (_viewers.Count == 0)
            {
                (following, _following) = (_following, null);
                _changed.Clear();
                _owners.Clear();
                _missed = false;
            }
        }

        if (following is not null)
        {
            await following.DisposeAsync();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Changed runs could not be read for watched lists; the lists are read anew.")]
    private static partial void Unread(ILogger log, Exception error);

    private sealed record Watching(RunChanges Changes, RunListViewer Viewer) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => new(Changes.LeaveAsync(Viewer));
    }
}
