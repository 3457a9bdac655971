using System.Collections.Immutable;
using OrleansAgents.Events;

namespace OrleansAgents.Core.Memory;

/// <summary>A thread's memory: a fold of the memory events in its journal. Every version stays at hand.</summary>
internal sealed record MemoryState
{
    private const int TriesInARow = 3;

    public static MemoryState Empty { get; } = new();

    public int Version { get; init; }

    /// <summary>What is told now, oldest range first; ranges do not overlap.</summary>
    public ImmutableArray<MemoryCompacted> Current { get; init; } = [];

    /// <summary>The summaries of each version, by version; 0 is before the first.</summary>
    public ImmutableList<ImmutableArray<MemoryCompacted>> Versions { get; init; } = [[]];

    /// <summary>A restore settles what is up to here: it is not summarised or merged again.</summary>
    public int SettledTurn { get; init; }

    public int SettledVersion { get; init; }

    /// <summary>Failures in a row.</summary>
    public int Failures { get; init; }

    public MemoryFailed? Failure { get; init; }

    public DateTimeOffset FailedAt { get; init; }

    /// <summary>Tokens that models have taken and given for this memory.</summary>
    public long SpentTokens { get; init; }

    /// <summary>When a failure that is the <paramref name="attempt"/>th in a row may be tried again: at first with the next turn, then after 10 minutes, twice as long each time, a day at most.</summary>
    public static DateTimeOffset? RetryAt(int attempt, DateTimeOffset now) =>
        attempt < TriesInARow ? null : now + TimeSpan.FromMinutes(Math.Min(10 * Math.Pow(2, Math.Min(attempt - TriesInARow, 20)), 24 * 60));

    public static MemoryState Evolve(MemoryState s, ThreadEvent e, DateTimeOffset at) => e switch
    {
        MemoryCompacted c => (s with { Failures = 0, Failure = null, SpentTokens = s.SpentTokens + Tokens(c.Usage) }).Turn(
            c.Version, [.. s.Current.Where(x => c.Replaces?.Contains(x.Version) != true).Append(c).OrderBy(x => x.FromTurn)]),
        MemoryFailed f => s with { Failures = f.Attempt, Failure = f, FailedAt = at, SpentTokens = s.SpentTokens + Tokens(f.Usage) },
        MemoryRestored r => (s with
        {
            SettledTurn = Math.Max(s.SettledTurn, s.Current.IsEmpty ? 0 : s.Current.Max(c => c.ThroughTurn)),
            SettledVersion = r.Version,
        }).Turn(r.Version, s.Versions[r.Restored]),
        MemoryForgotten f when s.Without(f.Turn) is var rest => rest.Turn(f.Version, rest.Current),
        _ => s,
    };

    /// <summary>The same without whatever stands on a turn, in every version.</summary>
    public MemoryState Without(int turn) => this with
    {
        Current = Current.RemoveAll(c => Covers(c, turn)),
        Versions = [.. Versions.Select(v => v.RemoveAll(c => Covers(c, turn)))],
    };

    public static bool Covers(MemoryCompacted c, int turn) => turn >= c.FromTurn && turn <= c.ThroughTurn;

    private static long Tokens(Usage? usage) => usage is null ? 0 : usage.InputTokens + usage.OutputTokens;

    private MemoryState Turn(int version, ImmutableArray<MemoryCompacted> current) =>
        this with { Version = version, Current = current, Versions = Versions.Add(current) };
}
