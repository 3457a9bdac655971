using System.Runtime.InteropServices;

namespace OrleansAgents.Core.Memory.Retrieval;

/// <summary>Where each word stands, and how often: an inverted index that only grows, scored by BM25 (Robertson and Zaragoza 2009).</summary>
internal sealed class Postings
{
    /// <summary>How soon more of the same word stops to count; the customary value.</summary>
    private const double Saturation = 1.2;

    /// <summary>How much a long document is held against it; the customary value.</summary>
    private const double LengthWeight = 0.75;

    private readonly List<List<(int Document, int Times)>> _words = [];
    private readonly List<int> _lengths = [];
    private long _total;

    /// <summary>Counts a word of a document; documents come in ascending order, each at least once (<see cref="Begin"/>).</summary>
    public void Add(int word, int document)
    {
        while (_words.Count <= word)
        {
            _words.Add([]);
        }

        var postings = CollectionsMarshal.AsSpan(_words[word]);
        if (postings.Length > 0 && postings[^1].Document == document)
        {
            postings[^1].Times++;
        }
        else
        {
            _words[word].Add((document, 1));
        }

        _lengths[document]++;
        _total++;
    }

    /// <summary>Makes room for a document.</summary>
    public void Begin(int document)
    {
        while (_lengths.Count <= document)
        {
            _lengths.Add(0);
        }
    }

    /// <summary>In how many documents a word stands.</summary>
    public int Frequency(int word) => word < _words.Count ? _words[word].Count : 0;

    /// <summary>What it tells that a document has a word that <paramref name="frequency"/> documents have.</summary>
    public double Rarity(int frequency) => Math.Log(1 + ((_lengths.Count - frequency + 0.5) / (frequency + 0.5)));

    /// <summary>Scores the documents that have a word of a family, as if its members were one word.</summary>
    public void Score(ReadOnlySpan<(int Word, double Share)> family, Sparse into)
    {
        into.Clear(_lengths.Count);
        foreach (var (word, share) in family)
        {
            if (word < _words.Count)
            {
                foreach (var (document, times) in CollectionsMarshal.AsSpan(_words[word]))
                {
                    into.Add(document, share * times);
                }
            }
        }

        var lengths = CollectionsMarshal.AsSpan(_lengths);
        var longer = Saturation * LengthWeight * lengths.Length / Math.Max(1, _total);
        foreach (var document in into.Touched)
        {
            ref var value = ref into[document];
            value *= (Saturation + 1) / (value + (Saturation * (1 - LengthWeight)) + (longer * lengths[document]));
        }
    }
}
