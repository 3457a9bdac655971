using OrleansAgents.Events;

namespace OrleansAgents.Core.Memory.Compression;

/// <summary>What is to be summarised next.</summary>
/// <param name="Level">0: the turns of the range; else the summaries <paramref name="Replaces"/>.</param>
internal sealed record Compaction(int Level, int FromTurn, int ThroughTurn, IReadOnlyList<MemoryCompacted> Replaces)
{
    /// <summary>So many neighbours of a level become one of the next: the number of summaries grows with the logarithm of the conversation.</summary>
    private const int Fanout = 4;

    /// <summary>Null when nothing is due.</summary>
    /// <param name="turns">All that have ended, oldest first, with their tokens.</param>
    /// <param name="chunk">Tokens of turns that a summary stands for.</param>
    /// <param name="keep">Tokens of newest turns that none stands for.</param>
    public static Compaction? Due(MemoryState memory, IReadOnlyList<Turn> turns, long chunk, long keep, DateTimeOffset now) =>
        memory.Failure?.RetryAt > now ? null : Merge(memory) ?? OfTurns(memory, turns, chunk, keep);

    private static Compaction? Merge(MemoryState memory)
    {
        for (var i = 0; i + Fanout <= memory.Current.Length; i++)
        {
            var some = memory.Current[i..(i + Fanout)];
            var joined = some.Skip(1).Zip(some).All(p => p.First.FromTurn == p.Second.ThroughTurn + 1);
            if (joined && some.All(c => c.Level == some[0].Level && c.Version > memory.SettledVersion))
            {
                return new(some[0].Level + 1, some[0].FromTurn, some[^1].ThroughTurn, some);
            }
        }

        return null;
    }

    /// <summary>The oldest turns that no summary stands for: enough of them, or all that there are before a summary or a turn that is gone. No range spans such a turn, so that what stands on it is told by its range.</summary>
    private static Compaction? OfTurns(MemoryState memory, IReadOnlyList<Turn> turns, long chunk, long keep)
    {
        var last = turns.Count;
        for (var kept = 0L; last > 0 && kept < keep; last--)
        {
            kept += turns[last - 1].Tokens;
        }

        var (from, tokens) = (-1, 0L);
        for (var i = 0; i < last; i++)
        {
            var number = turns[i].Number;
            var covered = number <= memory.SettledTurn || memory.Current.Any(c => MemoryState.Covers(c, number));
            if (from >= 0 && (covered || number > turns[i - 1].Number + 1))
            {
                return new(0, turns[from].Number, turns[i - 1].Number, []);
            }

            if (covered)
            {
                continue;
            }

            from = from < 0 ? i : from;
            tokens += turns[i].Tokens;
            if (tokens >= chunk)
            {
                return new(0, turns[from].Number, number, []);
            }
        }

        return null;
    }
}
