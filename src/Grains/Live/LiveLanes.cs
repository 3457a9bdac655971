using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OrleansAgents.Client.Live;
using OrleansAgents.Live;

namespace OrleansAgents.Grains.Live;

/// <summary>The way from this silo to gateways in other processes: one lane for each, whatever it watches.</summary>
internal sealed partial class LiveLanes(LiveHub hub, ILogger<LiveLanes> log)
{
    private readonly ConcurrentDictionary<ILiveSink, Lane> _lanes = new();

    /// <summary>Lanes that are open at present.</summary>
    public int Count => _lanes.Count;

    /// <summary>Journals that they carry, each counted once a lane.</summary>
    public int Carried => _lanes.Values.Sum(lane => lane.Carried);

    public OpenAttempt? Attach(string journalId, ILiveSink sink, long number)
    {
        while (true)
        {
            var lane = _lanes.GetOrAdd(sink, Open);
            if (lane.TryAttach(journalId, number, out var open))
            {
                return open;
            }

            _lanes.TryRemove(new(sink, lane));
        }
    }

    public void Detach(string journalId, ILiveSink sink)
    {
        if (_lanes.TryGetValue(sink, out var lane))
        {
            lane.Detach(journalId);
        }
    }

    /// <summary>A gateway that comes may stand for one that is gone; while its runs are silent, only asking shows it.</summary>
    private Lane Open(ILiveSink sink)
    {
        foreach (var other in _lanes.Values)
        {
            other.Probe();
        }

        return new(sink, hub, Forget);
    }

    private void Forget(Lane lane, Exception reason)
    {
        if (_lanes.TryRemove(new(lane.Sink, lane)))
        {
            Lost(log, reason.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A gateway takes no more: {Reason} It attaches again when it is back.")]
    private static partial void Lost(ILogger log, string reason);
}
