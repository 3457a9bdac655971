using System.Runtime.InteropServices;

namespace OrleansAgents.Core.Memory;

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
        var words = new Dictionary<int, int>();
        foreach (var i in candidates)
        {
            foreach (var word in Distinct(index, i))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(words, word, out _)++;
            }
        }

        var worth = words.ToDictionary(w => w.Key, w => index.Passages.Rarity(index.Passages.Frequency(w.Key)) * (w.Value > 1 ? 1 : OnceShare));
        var left = candidates.ToList();
        var chosen = new List<int>();
        while (left.Count > 0)
        {
            var best = left.Where(i => tokensOf(i) <= tokens)
                .Select(i => (Position: i, Score: (long)(1e6 * Distinct(index, i).Sum(w => worth[w]) / Math.Sqrt(index.Entries[i].Length + Damping))))
                .DefaultIfEmpty((Position: -1, Score: 0L))
                .MaxBy(c => (c.Score, c.Position));
            if (best.Position < 0)
            {
                break;
            }

            chosen.Add(best.Position);
            left.Remove(best.Position);
            tokens -= tokensOf(best.Position);
            foreach (var word in Distinct(index, best.Position))
            {
                worth[word] *= AgainShare;
            }
        }

        chosen.Sort();
        return chosen;
    }

    private static HashSet<int> Distinct(PassageIndex index, int position)
    {
        var words = new HashSet<int>();
        foreach (var word in index.WordsOf(index.Entries[position]))
        {
            words.Add(word);
        }

        return words;
    }
}
