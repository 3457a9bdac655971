using Amqp;

namespace OrleansAgents.EventHubsServer;

/// <summary>The events of one partition in memory, and the links that read them.</summary>
/// <param name="id">From "0".</param>
/// <param name="maxEvents">Beyond this number the oldest events are dropped.</param>
internal sealed class Partition(string id, int maxEvents)
{
    private readonly Lock _sync = new();
    private readonly List<HubEvent> _events = [];
    private readonly HashSet<ReceiverEndpoint> _readers = [];
    private long _nextOffset;
    private long _next;
    private DateTimeOffset _lastTime;

    public string Id => id;

    public PartitionState State
    {
        get
        {
            lock (_sync)
            {
                return _events.Count == 0
                    ? new(_next, -1, "-1", DateTimeOffset.UnixEpoch)
                    : new(_events[0].SequenceNumber, _next - 1, _events[^1].Offset.ToString(), _lastTime);
            }
        }
    }

    public IReadOnlyList<HubEvent> Events
    {
        get
        {
            lock (_sync)
            {
                return [.. _events];
            }
        }
    }

    public void Append(IEnumerable<Message> messages)
    {
        lock (_sync)
        {
            foreach (var message in messages)
            {
                _lastTime = Later(_lastTime, DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()));
                var stored = Envelope.Store(message, id, _next, _nextOffset, _lastTime);
                _events.Add(stored);
                _next++;
                _nextOffset += stored.Encoded.Length;
            }

            _events.RemoveRange(0, Math.Max(0, _events.Count - maxEvents));
        }

        Wake();
    }

    /// <summary>The event with this sequence number, or the oldest one if that was dropped; null at the end.</summary>
    public HubEvent? Read(long sequence)
    {
        lock (_sync)
        {
            return sequence >= _next || _events.Count == 0 ? null : _events[(int)Math.Max(0, sequence - _events[0].SequenceNumber)];
        }
    }

    /// <summary>Sequence number of the first event that qualifies, or of the event that comes next.</summary>
    public long Find(Predicate<HubEvent> qualifies)
    {
        lock (_sync)
        {
            return _events.Find(qualifies)?.SequenceNumber ?? _next;
        }
    }

    public void Join(ReceiverEndpoint reader)
    {
        lock (_sync)
        {
            _readers.Add(reader);
        }
    }

    public void Leave(ReceiverEndpoint reader)
    {
        lock (_sync)
        {
            _readers.Remove(reader);
        }
    }

    /// <summary>Lets the readers look again: there are new events, or other faults.</summary>
    public void Wake()
    {
        lock (_sync)
        {
            foreach (var reader in _readers)
            {
                reader.Wake();
            }
        }
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}

/// <param name="First">Sequence number of the oldest event, or of the next one where none is kept.</param>
/// <param name="Last">Sequence number of the newest event; -1 for none.</param>
/// <param name="LastOffset">Offset of the newest event; "-1" for none.</param>
internal sealed record PartitionState(long First, long Last, string LastOffset, DateTimeOffset LastTime);
