using OrleansAgents.Events;

namespace OrleansAgents.Gateway.Limits;

/// <summary>Bytes of requests that this process holds for each user. Thread-safe.</summary>
/// <param name="most">For one user.</param>
internal sealed class BytesPerUser(long most)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Principal, long> _held = [];

    /// <summary>What the user holds at this moment.</summary>
    public long Of(Principal who)
    {
        lock (_gate)
        {
            return _held.GetValueOrDefault(who);
        }
    }

    /// <summary>False when it is more than the user may hold; nothing is counted then.</summary>
    public bool TryAdd(Principal who, long bytes)
    {
        lock (_gate)
        {
            var held = _held.GetValueOrDefault(who) + bytes;
            if (held > most && bytes > 0)
            {
                return false;
            }

            // Whoever holds nothing is not kept in mind.
            _ = held == 0 ? _held.Remove(who) : (_held[who] = held) > 0;
            return true;
        }
    }
}

/// <summary>What one request or connection holds of its user's bytes, until it is disposed. For one thread at a time.</summary>
/// <param name="counts">Null where nobody is counted.</param>
internal sealed class HeldBytes(BytesPerUser? counts, Principal who) : IDisposable
{
    private long _bytes;

    /// <summary>Holds so many from now on, in place of what it held before. False when that is too much; then nothing changes.</summary>
    public bool TryHold(long bytes)
    {
        if (counts is not null && bytes != _bytes && !counts.TryAdd(who, bytes - _bytes))
        {
            return false;
        }

        _bytes = bytes;
        return true;
    }

    public void Dispose() => TryHold(0);
}
