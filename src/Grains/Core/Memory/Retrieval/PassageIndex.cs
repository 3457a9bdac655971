namespace OrleansAgents.Core.Memory;

/// <summary>Finds the passages of a conversation that a question is about. Grows with the conversation; the same passages and question give the same order.</summary>
internal sealed class PassageIndex
{
    private readonly Dictionary<string, int> _words = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> _sections = [];
    private readonly Postings _passages = new();
    private readonly Postings _whole = new();
    private readonly List<(int Index, int Section)> _added = [];

    public int Count => _added.Count;

    /// <summary>Takes in the next passage of the conversation.</summary>
    /// <exception cref="ArgumentException">Its index is not above that of the last one.</exception>
    public void Add(Passage passage)
    {
        if (Count > 0 && passage.Index <= _added[^1].Index)
        {
            throw new ArgumentException($"Passage {passage.Index} comes after passage {_added[^1].Index}: add passages in the order of the conversation.", nameof(passage));
        }

        if (!_sections.TryGetValue(passage.Section, out var section))
        {
            _sections.Add(passage.Section, section = _sections.Count);
        }

        Add(passage.Speaker, section);
        Add(passage.Text, section);
        _added.Add((passage.Index, section));
    }

    /// <summary>All passages by their index, the best first; of equals the newest.</summary>
    public IReadOnlyList<int> Rank(string query)
    {
        var passages = new double[Count];
        var sections = new double[_sections.Count];
        var lookup = _words.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var text in new Words(query))
        {
            if (lookup.TryGetValue(text, out var word))
            {
                _passages.Score(word, passages);
                _whole.Score(word, sections);
            }
        }

        Scale(passages);
        Scale(sections);
        var order = new long[Count];
        for (var i = 0; i < order.Length; i++)
        {
            var section = _added[i].Section;
            var near = Math.Max(Math.Max(0.5 * At(i - 1), 0.35 * At(i + 1)), Math.Max(0.2 * At(i - 2), 0.15 * At(i + 2)));
            order[i] = Key(passages[i] + near + (0.25 * sections[section]), i);

            double At(int j) => (uint)j < (uint)passages.Length && _added[j].Section == section ? passages[j] : 0;
        }

        Array.Sort(order);
        return Array.ConvertAll(order, key => _added[int.MaxValue - (int)(uint)key].Index);
    }

    /// <summary>Score down, then position down, in one number that sorts fast. Rounding keeps the last bit of a logarithm, which is the host's, out of the order.</summary>
    private static long Key(double score, int position) => -(long)Math.Round(score * 1e6) << 32 | (long)(uint)(int.MaxValue - position);

    private static void Scale(Span<double> scores)
    {
        var most = 0.0;
        foreach (var score in scores)
        {
            most = Math.Max(most, score);
        }

        for (var i = 0; most > 0 && i < scores.Length; i++)
        {
            scores[i] /= most;
        }
    }

    private void Add(string text, int section)
    {
        var lookup = _words.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var span in new Words(text))
        {
            if (!lookup.TryGetValue(span, out var word))
            {
                lookup[span] = word = _words.Count;
            }

            _passages.Add(word, Count);
            _whole.Add(word, section);
        }
    }
}
