using System.Runtime.InteropServices;

namespace OrleansAgents.Core.Memory.Retrieval;

/// <summary>Asks a question of a <see cref="PassageIndex"/> twice: with its own words, then also with the telling words of what came first.</summary>
internal sealed class Ranking(PassageIndex index)
{
    /// <summary>A speaker's name in a text is mostly a greeting.</summary>
    private const double NameShare = 0.3;

    /// <summary>The second asking's words weigh this much of the question's own, all together (pseudo relevance feedback, Lavrenko and Croft 2001).</summary>
    private const double FeedbackShare = 0.4;
    private const int FeedbackPassages = 5;
    private const int FeedbackWords = 20;

    private readonly Scores _scores = new(index);
    private readonly List<(int Word, double Share)> _family = [];
    private readonly HashSet<int> _asked = [];
    private readonly HashSet<int> _named = [];
    private readonly Dictionary<int, double> _told = [];
    private readonly List<(int Word, double Worth)> _telling = [];

    public int[] Rank(string query, IReadOnlySet<int>? central, double[]? near)
    {
        _scores.Reset();
        var weight = Ask(query);
        _scores.Order(_named, central, near);
        if (weight > 0)
        {
            AskBack(FeedbackShare * weight);
            _scores.Order(_named, central, near);
        }

        var ranked = new int[index.Count];
        for (var i = 0; i < ranked.Length; i++)
        {
            ranked[i] = index.Entries[_scores.Best(i).Position].Index;
        }

        return ranked;
    }

    /// <summary>Scores the words of the question, and says what they weigh together.</summary>
    private double Ask(string query)
    {
        var weight = 0.0;
        _asked.Clear();
        _named.Clear();
        foreach (var word in new Words(query))
        {
            if (StopWords.Contain(word))
            {
                continue;
            }

            var stem = word[..Stem.InPlace(word)];
            var isName = IsName(index.Vocabulary.Find(stem));
            _family.Clear();
            index.Vocabulary.Family(stem, relatives: !isName, _family);
            if (_family.Count > 0 && _asked.Add(_family[0].Word))
            {
                weight += _scores.Add(CollectionsMarshal.AsSpan(_family), isName ? NameShare : 1);
            }
        }

        return weight;
    }

    private bool IsName(int word)
    {
        var isName = false;
        foreach (var (name, speaker) in index.Names)
        {
            if (name == word)
            {
                isName = true;
                _named.Add(speaker);
            }
        }

        return isName;
    }

    /// <summary>The telling words of the best passages so far: a question of many steps finds by them what it does not name.</summary>
    private void AskBack(double weight)
    {
        _told.Clear();
        for (var rank = 0; rank < Math.Min(FeedbackPassages, index.Count); rank++)
        {
            var (position, score) = _scores.Best(rank);
            ref readonly var entry = ref index.Entries[position];
            var share = score / Math.Sqrt(entry.Length + 4);
            foreach (var word in index.WordsOf(entry))
            {
                if (share > 0 && !_asked.Contains(word))
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(_told, word, out _) += share * index.Passages.Rarity(index.Passages.Frequency(word));
                }
            }
        }

        _telling.Clear();
        foreach (var (word, worth) in _told)
        {
            _telling.Add((word, worth));
        }

        _telling.Sort((a, b) => b.Worth.CompareTo(a.Worth) is var c and not 0 ? c : a.Word.CompareTo(b.Word));
        var best = CollectionsMarshal.AsSpan(_telling)[..Math.Min(FeedbackWords, _telling.Count)];
        var total = 0.0;
        foreach (var (_, worth) in best)
        {
            total += worth;
        }

        foreach (var (word, worth) in best)
        {
            var rarity = index.Passages.Rarity(index.Passages.Frequency(word));
            _scores.Add([(word, 1)], weight * worth / (total * rarity));
        }
    }
}
