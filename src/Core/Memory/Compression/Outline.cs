using System.Runtime.InteropServices;
using OrleansAgents.Core.Memory.Retrieval;

namespace OrleansAgents.Core.Memory.Compression;

/// <summary>The extractive compressor: chooses the passages that say most of what a range of them says. No word is its own, so that nothing it says can be wrong.</summary>
internal static class Outline
{
    /// <summary>What a word that no other passage of the range has counts beside a common one: what is said once is mostly an aside.</summary>
    private const double OnceShare = 0.3;

    /// <summary>What a word that is said already counts when it is said again.</summary>
    private const double AgainShare = 0.2;

    /// <summary>Short passages carry less than their words promise.</summary>
    private const int Damping = 4;

    /// <summary>The passages worth most to one another that fit, in order.</summary>
    /// <param name="candidates">Positions in the index, ascending.</param>
    /// <param name="tokensOf">What a passage costs.</param>
    public static IReadOnlyList<int> Choose(PassageIndex index, IReadOnlyList<int> candidates, Func<int, int> tokensOf, int tokens)
    {
        var left = candidates.Select(i => (Position: i, Words: Distinct(index, i))).ToList();
        var times = new Dictionary<int, int>();
        foreach (var word in left.SelectMany(c => c.Words))
        {
            CollectionsMarshal.GetValueRefOrAddDefault(times, word, out _)++;
        }

        var worth = times.ToDictionary(w => w.Key, w => index.Passages.Rarity(index.Passages.Frequency(w.Key)) * (w.Value > 1 ? 1 : OnceShare));
        var chosen = new List<int>();
        while (true)
        {
            left.RemoveAll(c => tokensOf(c.Position) > tokens);
            if (left.Count == 0)
            {
                break;
            }

            var best = left.MaxBy(c => (Score(c.Words, index.Entries[c.Position].Length), c.Position));
            chosen.Add(best.Position);
            left.Remove(best);
            tokens -= tokensOf(best.Position);
            foreach (var word in best.Words)
            {
                worth[word] *= AgainShare;
            }
        }

        chosen.Sort();
        return chosen;

        // In millionths, so that the last bit of a logarithm decides nothing.
        long Score(int[] words, int length) => (long)(1e6 * words.Sum(w => worth[w]) / Math.Sqrt(length + Damping));
    }

    private static int[] Distinct(PassageIndex index, int position) => [.. index.WordsOf(index.Entries[position]).ToArray().Distinct()];
}
