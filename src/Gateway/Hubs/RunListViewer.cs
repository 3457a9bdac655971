using System.Threading.Channels;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Streams;
using OrleansAgents.Runs;

namespace OrleansAgents.Gateway.Hubs;

/// <summary>One viewer of a list of runs: what it has, and what it is to be told next. Thread-safe.</summary>
/// <remarks>Bounded however slowly it reads: of each run the newest state is kept, of too many runs only that the list is to be read anew.</remarks>
internal sealed class RunListViewer(Principal principal, RunsFilter filter, TimeProvider time)
{
    /// <summary>Changed runs kept for a viewer that does not read.</summary>
    public const int MostWaiting = 500;

    /// <summary>Runs that a client is known to have; with more, its list begins anew.</summary>
    private const int MostShown = 2_000;

    private readonly Lock _gate = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(1);
    private readonly Dictionary<string, RunSummary> _waiting = [];
    private readonly Dictionary<string, long> _shown = [];
    private bool _anew;
    private long? _since;
    private bool _isTooSlow;

    public Principal Principal => principal;

    public RunsFilter Filter => filter;

    /// <summary>Changed runs that are kept for it.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>A run of its user changed. False when the viewer was cut, because it has not read for too long.</summary>
    public bool Changed(RunSummary run) => Put(() =>
    {
        if (_waiting.Count < MostWaiting || _waiting.ContainsKey(run.Id))
        {
            _waiting[run.Id] = run;
        }
        else
        {
            BeginAnew();
        }
    });

    /// <summary>Changes may have passed by: the list is to be read anew. False as in <see cref="Changed"/>.</summary>
    public bool Missed() => Put(BeginAnew);

    /// <summary>What the client is to be told next; null when the whole list is to be read and given to <see cref="Shows"/>.</summary>
    public async Task<HubRunsItem?> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await _wake.Reader.ReadAsync(cancellation);
            lock (_gate)
            {
                _since = null;
                if (_isTooSlow)
                {
                    return HubRunsItem.Ending(new("too_slow", null, "The client took too long to read; watch the list again."));
                }

                if (_anew || _shown.Count > MostShown)
                {
                    _anew = false;
                    _waiting.Clear();
                    return null;
                }

                List<RunSummary> news = [.. _waiting.Values.Where(IsNews)];
                _waiting.Clear();
                if (news.Count > 0)
                {
                    return new(false, news);
                }
            }
        }
    }

    /// <summary>The whole list as it was read; the client has that now.</summary>
    public HubRunsItem Shows(IReadOnlyList<RunSummary> runs)
    {
        lock (_gate)
        {
            _shown.Clear();
            foreach (var run in runs)
            {
                _shown[run.Id] = run.Head;
            }
        }

        return new(true, runs);
    }

    private bool Put(Action change)
    {
        lock (_gate)
        {
            if (_isTooSlow)
            {
                return false;
            }

            var now = time.GetTimestamp();
            _since ??= now;
            if (time.GetElapsedTime(_since.Value, now) > SseWriter.Patience)
            {
                _isTooSlow = true;
                _waiting.Clear();
            }
            else if (!_anew)
            {
                change();
            }

            _wake.Writer.TryWrite(true);
            return !_isTooSlow;
        }
    }

    private void BeginAnew()
    {
        _anew = true;
        _waiting.Clear();
    }

    /// <summary>Whether the client has it otherwise: a list that was read since may be newer.</summary>
    private bool IsNews(RunSummary run)
    {
        var known = _shown.TryGetValue(run.Id, out var head);
        if (known && run.Head <= head)
        {
            return false;
        }

        if (!Matches(run))
        {
            return _shown.Remove(run.Id);
        }

        _shown[run.Id] = run.Head;
        return true;
    }

    private bool Matches(RunSummary run) =>
        (filter.ThreadId is null || filter.ThreadId == run.ThreadId) && (filter.Agent is null || filter.Agent == run.Agent)
        && (filter.Status is null || filter.Status == run.Status);
}
