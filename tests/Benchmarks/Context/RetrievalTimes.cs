using System.Diagnostics;
using OrleansAgents.Core.Memory.Retrieval;
using OrleansAgents.Core.Requests;

namespace OrleansAgents.Benchmarks.Context;

/// <summary>Milliseconds to rank and pack passages of generated text, at three lengths of conversation.</summary>
internal static class RetrievalTimes
{
    private const int Budget = 4_000;
    private const int HeaderTokens = 12;
    private const int SectionLength = 20;
    private const int Vocabulary = 20_000;

    public static void Print()
    {
        foreach (var passages in (int[])[100, 1_000, 10_000])
        {
            Measure(passages, questions: 50);
            var (add, take) = Measure(passages, questions: 500);
            take.Sort();
            Bench.Print("context: rank and take", new
            {
                passages,
                p50Ms = Math.Round(Bench.Percentile(take, 0.5), 3),
                p95Ms = Math.Round(Bench.Percentile(take, 0.95), 3),
                addMicros = Math.Round(1000 * add / passages, 2),
            });
        }
    }

    private static (double AddMs, List<double> TakeMs) Measure(int passages, int questions)
    {
        var random = new Random(7);
        var all = Enumerable.Range(0, passages).Select(i => Passage(random, i)).ToArray();
        var index = new PassageIndex();
        var clock = Stopwatch.StartNew();
        foreach (var passage in all)
        {
            index.Add(passage);
        }

        var add = clock.Elapsed.TotalMilliseconds;
        var times = new List<double>();
        for (var i = 0; i < questions; i++)
        {
            var question = Text(random, 10);
            clock.Restart();
            Packing.Take(index.Rank(question), n => all[n], _ => HeaderTokens, Budget);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        return (add, times);
    }

    private static Passage Passage(Random random, int i)
    {
        var text = Text(random, random.Next(5, 60));
        return new(i, i / SectionLength, i % 2 == 0 ? "Ann" : "Bob", text, (int)Tokens.Of(text));
    }

    /// <summary>Words as frequent as words are: the tenth is a tenth as frequent as the first (Zipf).</summary>
    private static string Text(Random random, int words) =>
        string.Join(' ', Enumerable.Range(0, words).Select(_ => Syllables((int)Math.Pow(Vocabulary, random.NextDouble()))));

    private static string Syllables(int n) => n < 25 ? "" + (char)('a' + n) + "o" : Syllables(n / 25) + (char)('a' + (n % 25)) + "eiou"[n % 4];
}
