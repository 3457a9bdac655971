using System.Runtime.InteropServices;

namespace OrleansAgents.Core.Memory;

/// <summary>Where each word stands, and how often: an inverted index that only grows, scored by BM25 (Robertson and Zaragoza 2009).</summary>
internal sealed class Postings
{
    /// <summary>How soon more of the same word stops to count.</summary>
    private const double Saturation = 1.2;

    /// <summary>How much a long document is held against it.</summary>
    private const double LengthWeight = 0.75;

    private readonly List<List<(int Document, int Times)>> _words = [];
    private readonly List<int> _lengths = [];
    private long _total;

    public int Documents => _lengths.Count;

    /// <summary>Counts a word of a document; documents come in ascending order.</summary>
    public void Add(int word, int document)
    {
        while (_words.Count <= word)
        {
            _words.Add([]);
        }

        while (_lengths.Count <= document)
        {
            _lengths.Add(0);
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

    /// <summary>Adds what a word of the query is worth to every document that has it.</summary>
    public void Score(int word, Span<double> scores)
    {
        if (word >= _words.Count)
        {
            return;
        }

        var postings = CollectionsMarshal.AsSpan(_words[word]);
        var lengths = CollectionsMarshal.AsSpan(_lengths);
        var idf = Math.Log(1 + ((Documents - postings.Length + 0.5) / (postings.Length + 0.5)));
        var average = (double)_total / Documents;
        foreach (var (document, times) in postings)
        {
            scores[document] += idf * times * (Saturation + 1) / (times + (Saturation * (1 - LengthWeight + (LengthWeight * lengths[document] / average))));
        }
    }
}
