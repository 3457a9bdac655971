namespace OrleansAgents.Core.Memory.Retrieval;

/// <summary>What the passages of an index are worth to one question: what each and its neighbours say of it, what its section says, and who speaks.</summary>
internal sealed class Scores(PassageIndex index)
{
    /// <summary>An answer mostly follows what it answers, so that a word counts more for the passage after it than for the one before.</summary>
    private static readonly (int Offset, double Share)[] Near = [(1, 0.5), (-1, 0.35), (2, 0.2), (-2, 0.15)];

    /// <summary>The most that a section adds, where the best passage's own words add 1.</summary>
    private const double SectionWeight = 0.3;

    /// <summary>What it adds that the question names the speaker.</summary>
    private const double SpeakerWeight = 0.5;

    /// <summary>What it adds that a named speaker speaks of himself.</summary>
    private const double SelfWeight = 0.1;

    /// <summary>The most that it adds what a passage means, where an embedding model tells.</summary>
    private const double NearWeight = 0.25;

    /// <summary>What it adds that a summary chose the passage: an order among those that the question tells nothing of, and no more.</summary>
    private const double CentralWeight = 0.00001;

    /// <summary>Scores are told apart by millionths.</summary>
    private const double Steps = 1e6;

    private readonly Sparse _hits = new();
    private readonly Sparse _near = new();
    private double[] _own = [];
    private double[] _worth = [];
    private double[] _sections = [];
    private long[] _order = [];

    public void Reset()
    {
        Array.Clear(_own);
        Array.Clear(_worth);
        Array.Clear(_sections);
        if (_own.Length < index.Count)
        {
            (_own, _worth, _order) = (new double[2 * index.Count], new double[2 * index.Count], new long[2 * index.Count]);
        }

        if (_sections.Length < index.SectionCount)
        {
            _sections = new double[2 * index.SectionCount];
        }
    }

    /// <summary>Adds what a word and its relatives say, and gives its weight: 0 where nobody said it.</summary>
    /// <param name="share">How much of the word's rarity is its weight.</param>
    public double Add(ReadOnlySpan<(int Word, double Share)> family, double share)
    {
        index.Passages.Score(family, _hits);
        var frequency = index.Passages.Frequency(family[0].Word);
        var weight = share * index.Passages.Rarity(family[0].Share < 1 || frequency == 0 ? _hits.Touched.Length : frequency);
        AddWeighted(weight);
        index.Sections.Score(family, _hits);
        foreach (var section in _hits.Touched)
        {
            _sections[section] += weight * _hits[section];
        }

        return _hits.Touched.IsEmpty ? 0 : weight;
    }

    /// <summary>The order so far, best first, in <see cref="Best"/>.</summary>
    /// <param name="central">Passages, by their index, that summaries chose.</param>
    /// <param name="near">By position, how near the first passages are in what they mean, from 0 to 1.</param>
    public void Order(HashSet<int> named, IReadOnlySet<int>? central, double[]? near)
    {
        var entries = index.Entries;
        var best = Most(_own.AsSpan(0, entries.Length));
        var bestSection = Most(_sections);
        for (var i = 0; i < entries.Length; i++)
        {
            ref readonly var e = ref entries[i];
            var score = (_worth[i] / best) + (SectionWeight * _sections[e.Section] / bestSection);
            if (named.Contains(e.Speaker))
            {
                score += SpeakerWeight + (e.OfSelf ? SelfWeight : 0);
            }

            if (i < near?.Length)
            {
                score += NearWeight * near[i];
            }

            if (central?.Contains(e.Index) == true)
            {
                score += CentralWeight;
            }

            _order[i] = Key(score, i);
        }

        Array.Sort(_order, 0, entries.Length);
    }

    /// <summary>The passage of a rank, by its position in the index, and its score.</summary>
    public (int Position, double Score) Best(int rank) => (int.MaxValue - (int)_order[rank], -(_order[rank] >> 32) / Steps);

    /// <summary>A passage gets its own hit, and the best that a neighbour in its section would pass on: another word of the question counts, the same word little more.</summary>
    private void AddWeighted(double weight)
    {
        var entries = index.Entries;
        _near.Clear(entries.Length);
        foreach (var i in _hits.Touched)
        {
            var value = weight * _hits[i];
            _own[i] += value;
            _worth[i] += value;
            foreach (var (offset, share) in Near)
            {
                var j = i + offset;
                if ((uint)j < (uint)entries.Length && entries[j].Section == entries[i].Section)
                {
                    _near.Raise(j, share * value);
                }
            }
        }

        foreach (var i in _near.Touched)
        {
            _worth[i] += _near[i];
        }
    }

    /// <summary>Score down, then position down, in one number that sorts fast. Rounding keeps the last bit of a logarithm, which is the host's, out of the order.</summary>
    private static long Key(double score, int position) => (-(long)Math.Round(score * Steps) << 32) + (int.MaxValue - position);

    private static double Most(ReadOnlySpan<double> scores)
    {
        var most = 0.0;
        foreach (var score in scores)
        {
            most = Math.Max(most, score);
        }

        return most > 0 ? most : 1;
    }
}
