using System.Runtime.InteropServices;

namespace OrleansAgents.Core.Memory.Retrieval;

/// <summary>
/// Finds the passages of a conversation that a question is about. Grows with the conversation at the cost of what is new;
/// the same passages and question give the same order. How: docs/decisions/retrieval.md.
/// </summary>
/// <remarks>For one thread at a time, reading included: a question uses the index's own scratch memory.</remarks>
internal sealed class PassageIndex
{
    private readonly Dictionary<int, int> _sections = [];
    private readonly Dictionary<string, int> _speakers = new(StringComparer.Ordinal);
    private readonly List<(int Word, int Speaker)> _names = [];
    private readonly List<Entry> _entries = [];
    private readonly List<int> _text = [];
    private readonly Ranking _ranking;

    public PassageIndex() => _ranking = new(this);

    public int Count => _entries.Count;

    public int SectionCount => _sections.Count;

    public Vocabulary Vocabulary { get; } = new();

    public Postings Passages { get; } = new();

    public Postings Sections { get; } = new();

    public ReadOnlySpan<Entry> Entries => CollectionsMarshal.AsSpan(_entries);

    /// <summary>Which words are names of which speakers.</summary>
    public ReadOnlySpan<(int Word, int Speaker)> Names => CollectionsMarshal.AsSpan(_names);

    /// <summary>Takes in the next passage of the conversation.</summary>
    /// <exception cref="ArgumentException">Its index is not above that of the last one.</exception>
    public void Add(Passage passage)
    {
        if (Count > 0 && passage.Index <= _entries[^1].Index)
        {
            throw new ArgumentException($"Passage {passage.Index} comes after passage {_entries[^1].Index}: add passages in the order of the conversation.", nameof(passage));
        }

        if (!_sections.TryGetValue(passage.Section, out var section))
        {
            _sections.Add(passage.Section, section = _sections.Count);
        }

        Passages.Begin(Count);
        Sections.Begin(section);
        var start = _text.Count;
        var ofSelf = false;
        foreach (var word in new Words(passage.Text))
        {
            ofSelf |= StopWords.IsSelf(word);
            if (!StopWords.Contain(word))
            {
                var number = Vocabulary.Add(word[..Stem.InPlace(word)]);
                _text.Add(number);
                Passages.Add(number, Count);
                Sections.Add(number, section);
            }
        }

        _entries.Add(new(passage.Index, section, Speaker(passage.Speaker), ofSelf, start, _text.Count - start));
    }

    /// <summary>All passages by their index, the best first; of equals the newest.</summary>
    /// <param name="central">Passages that come first where the question makes no difference.</param>
    /// <param name="near">By position, how near the first passages are to the question in what they mean, from 0 to 1.</param>
    public IReadOnlyList<int> Rank(string query, IReadOnlySet<int>? central = null, double[]? near = null) => _ranking.Rank(query, central, near);

    /// <summary>The words of a passage, in its order.</summary>
    public ReadOnlySpan<int> WordsOf(in Entry entry) => CollectionsMarshal.AsSpan(_text).Slice(entry.Start, entry.Length);

    private int Speaker(string name)
    {
        if (!_speakers.TryGetValue(name, out var speaker))
        {
            _speakers.Add(name, speaker = _speakers.Count);
            foreach (var word in new Words(name))
            {
                _names.Add((Vocabulary.Add(word[..Stem.InPlace(word)]), speaker));
            }
        }

        return speaker;
    }

    /// <param name="Section">Numbered in the order of their first passages, like speakers.</param>
    /// <param name="OfSelf">Its speaker speaks of himself.</param>
    /// <param name="Start">Where its words begin.</param>
    internal readonly record struct Entry(int Index, int Section, int Speaker, bool OfSelf, int Start, int Length);
}
