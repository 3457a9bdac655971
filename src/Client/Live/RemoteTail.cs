using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OrleansAgents.Client.Calls;
using OrleansAgents.Events;
using OrleansAgents.Live;
using OrleansAgents.Runs;
using OrleansAgents.Threads;

namespace OrleansAgents.Client.Live;

/// <summary>The live tail of a gateway in its own process: one attachment for each watched journal, shared by its viewers.</summary>
/// <remarks>
/// A journal is attached with its first viewer and left a while after its last. Whenever it is attached anew, its viewers are
/// told that they are behind: they subscribe again and read the journal, so that nothing has to be known of what was missed.
/// </remarks>
internal sealed partial class RemoteTail : ILiveTail, ILiveSink
{
    private readonly IGrainFactory _grains;
    private readonly TimeProvider _time;
    private readonly ILogger<RemoteTail> _log;
    private readonly LiveHub _hub = new();
    private readonly ConcurrentDictionary<string, Attachment> _attached = new();

    /// <summary>Held by whoever adds an attachment or takes one away.</summary>
    private readonly Lock _gate = new();
    private ILiveSink? _me;
    private long _lanes;

    public RemoteTail(IGrainFactory grains, ClusterWatch cluster, TimeProvider time, ILogger<RemoteTail> log)
    {
        (_grains, _time, _log) = (grains, time, log);
        cluster.Reconnected += ReattachAll;
    }

    public IReadOnlyCollection<string> Followed => _hub.Followed;

    /// <summary>Journals that a silo sends at present.</summary>
    public int Attached => _attached.Count;

    /// <summary>Journals that are followed or attached.</summary>
    public int Topics => _hub.Count;

    public ILiveSubscription Subscribe(string journalId)
    {
        var subscription = _hub.Subscribe(journalId);
        lock (_gate)
        {
            // Two that come first at once would attach twice, and the silo would send on the lane that nobody listens to.
            _attached.GetOrAdd(journalId, Open).Idle = 0;
        }

        return subscription;
    }

    public void Beat(string journalId, long head)
    {
        if (_attached.TryGetValue(journalId, out var attachment) && attachment.IsShortOf(head))
        {
            Reattach(attachment);
        }

        _hub.Beat(journalId, head);
    }

    /// <summary>The silos may have forgotten us.</summary>
    public void ReattachAll()
    {
        foreach (var attachment in _attached.Values)
        {
            Reattach(attachment);
        }
    }

    /// <summary>Leaves journals that nobody has followed since the sweep before.</summary>
    public void Sweep()
    {
        using var _ = _gate.EnterScope();
        var followed = Followed.ToHashSet();
        foreach (var (id, attachment) in _attached)
        {
            if (followed.Contains(id))
            {
                attachment.Idle = 0;
            }
            else if (++attachment.Idle > 1 && _attached.TryRemove(new(id, attachment)))
            {
                attachment.Lane = 0;
                Source(id).DetachAsync(Me).Ignore();
                _hub.Release(attachment.Topic);
            }
        }
    }

    public Task DeliverAsync(IReadOnlyList<LaneItem> batch)
    {
        foreach (var item in batch)
        {
            if (_attached.TryGetValue(item.JournalId, out var attachment) && !attachment.Take(item))
            {
                Reattach(attachment);
            }
        }

        return Task.CompletedTask;
    }

    // The factory keeps only a weak reference: this field keeps the sink alive.
    private ILiveSink Me
    {
        get
        {
            lock (_gate)
            {
                return _me ??= _grains.CreateObjectReference<ILiveSink>(this);
            }
        }
    }

    private Attachment Open(string journalId)
    {
        var attachment = new Attachment(_hub.Acquire(journalId));
        Reattach(attachment);
        return attachment;
    }

    private void Reattach(Attachment attachment)
    {
        var lane = Interlocked.Increment(ref _lanes);
        attachment.Begin(lane);
        _ = AttachAsync(attachment, lane);
    }

    /// <summary>Until it is attached, or attached anew by somebody else, or left.</summary>
    private async Task AttachAsync(Attachment attachment, long lane)
    {
        for (var delay = TimeSpan.FromMilliseconds(100); attachment.Lane == lane; delay = delay < TimeSpan.FromSeconds(1) ? delay * 2 : delay)
        {
            try
            {
                attachment.Attached(lane, await Source(attachment.Topic.JournalId).AttachAsync(Me, lane));
                return;
            }
            catch (Exception e)
            {
                Unattached(_log, attachment.Topic.JournalId, e.Message);
                await Task.Delay(delay * (0.5 + Random.Shared.NextDouble()), _time);
            }
        }
    }

    private ILiveSource Source(string journalId) => JournalIds.IsThread(journalId)
        ? _grains.GetGrain<IThreadGrain>(journalId)
        : _grains.GetGrain<IRunGrain>(journalId);

    [LoggerMessage(1, LogLevel.Information, "{JournalId} cannot be followed live: {Reason} It is tried again; the journal is read meanwhile.")]
    private static partial void Unattached(ILogger log, string journalId, string reason);
}
