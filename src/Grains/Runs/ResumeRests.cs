using System.Collections.Concurrent;

namespace OrleansAgents.Grains.Runs;

/// <summary>How long each run rests that could not be resumed: a second at first, twice as long after each further failure, at most a minute.</summary>
/// <remarks>Pure: the time comes from outside. Thread-safe.</remarks>
internal sealed class ResumeRests
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, Rest> _rests = new();

    public bool IsResting(string runId, DateTimeOffset now) => _rests.TryGetValue(runId, out var rest) && now < rest.Until;

    /// <returns>How long the run rests now.</returns>
    public TimeSpan Failed(string runId, DateTimeOffset now)
    {
        var length = !_rests.TryGetValue(runId, out var before) ? Shortest : before.Length * 2 < Longest ? before.Length * 2 : Longest;
        _rests[runId] = new(length, now + length);
        return length;
    }

    public void Succeeded(string runId) => _rests.TryRemove(runId, out _);

    /// <summary>Forgets runs that were not tried for longer than the longest rest: somebody else resumed them, or they are gone.</summary>
    public void ForgetOld(DateTimeOffset now)
    {
        foreach (var (runId, rest) in _rests)
        {
            if (now - rest.Until > Longest)
            {
                _rests.TryRemove(new(runId, rest));
            }
        }
    }

    private sealed record Rest(TimeSpan Length, DateTimeOffset Until);
}
