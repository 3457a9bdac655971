namespace OrleansAgents.Samples.Docs;

/// <summary>Ranks passages by Okapi BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework"). Immutable.</summary>
internal sealed class Bm25Index
{
    private const double K1 = 1.2;
    private const double B = 0.75;

    private readonly Passage[] _passages;
    private readonly int[] _lengths;
    private readonly double _averageLength;
    private readonly Dictionary<string, List<(int Passage, int Count)>> _postings = [];

    public Bm25Index(IEnumerable<(Passage Passage, string Heading)> passages)
    {
        var all = passages.ToArray();
        _passages = [.. all.Select(p => p.Passage)];
        _lengths = new int[all.Length];
        for (var i = 0; i < all.Length; i++)
        {
            // A passage is also about its heading and its file.
            var terms = Terms.Of($"{all[i].Passage.Path} {all[i].Heading} {all[i].Passage.Text}");
            _lengths[i] = terms.Count;
            foreach (var group in terms.GroupBy(t => t))
            {
                if (!_postings.TryGetValue(group.Key, out var list))
                {
                    _postings[group.Key] = list = [];
                }

                list.Add((i, group.Count()));
            }
        }

        _averageLength = _lengths.Length == 0 ? 1 : Math.Max(1, _lengths.Average());
    }

    /// <summary>The best passages first; equal ones in the order of the documents.</summary>
    public IReadOnlyList<Passage> Search(string query, int limit)
    {
        var scores = new Dictionary<int, double>();
        foreach (var term in Terms.OfQuery(query).Distinct())
        {
            if (!_postings.TryGetValue(term, out var list))
            {
                continue;
            }

            var idf = Math.Log(1 + ((_passages.Length - list.Count + 0.5) / (list.Count + 0.5)));
            foreach (var (passage, count) in list)
            {
                var norm = K1 * (1 - B + (B * _lengths[passage] / _averageLength));
                scores[passage] = scores.GetValueOrDefault(passage) + (idf * count * (K1 + 1) / (count + norm));
            }
        }

        return [.. scores.OrderByDescending(s => s.Value).ThenBy(s => s.Key).Take(limit).Select(s => _passages[s.Key])];
    }
}
