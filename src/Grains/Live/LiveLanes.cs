using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OrleansAgents.Live;

/// <summary>The way from this silo to gateways in other processes: one lane for each, whatever it watches.</summary>
internal sealed partial class LiveLanes(LiveHub hub, ILogger<LiveLanes> log)
{
    private readonly ConcurrentDictionary<ILiveSink, Lane> _lanes = new();

    /// <summary>Lanes that are open at present.</summary>
    public int Count => _lanes.Count;

    public OpenAttempt? Attach(string journalId, ILiveSink sink, long number) =>
        _lanes.GetOrAdd(sink, s => new Lane(s, hub, Forget)).Attach(journalId, number);

    public void Detach(string journalId, ILiveSink sink)
    {
        if (_lanes.TryGetValue(sink, out var lane))
        {
            lane.Detach(journalId);
        }
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
