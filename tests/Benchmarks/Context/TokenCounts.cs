using System.Diagnostics;
using System.Text;
using Microsoft.ML.Tokenizers;
using OrleansAgents.Core.Requests;

namespace OrleansAgents.Benchmarks.Context;

/// <summary>What o200k, the vocabulary of OpenAI's models, counts of a text; what we estimate of it; and what we do once a provider has counted the beginning.</summary>
internal static class TokenCounts
{
    /// <summary>As much as a request that tells, see <see cref="Tokens.Scale"/>.</summary>
    private const int Request = 8_000;

    public static void Print(IEnumerable<string> files)
    {
        var began = Stopwatch.GetTimestamp();
        var vocabulary = TiktokenTokenizer.CreateForEncoding("o200k_base");
        Bench.Print("tokens: the vocabulary", new { loadMs = Stopwatch.GetElapsedTime(began).TotalMilliseconds, mb = GC.GetTotalMemory(forceFullCollection: true) / 1_000_000 });
        foreach (var file in files)
        {
            var text = File.ReadAllText(file);
            var requests = text[..Math.Min(text.Length, 100 * Request)].Chunk(Request).Select(c => new string(c)).Where(r => r.Length == Request).ToList();
            var counted = Timed(requests, r => vocabulary.CountTokens(r), out var countMicros);
            var estimated = Timed(requests, r => Tokens.Of(r), out var estimateMicros);
            var scale = Tokens.Scale(null, Request, Request * counted[0] / estimated[0]);
            Bench.Print("tokens", new
            {
                file = Path.GetFileName(file),
                requests = requests.Count,
                percentCounted = counted.Sum() * 100 / estimated.Sum(),
                worst = requests.Select((_, i) => counted[i] * 100 / estimated[i]).Max(),
                scale,
                worstAfterOne = requests.Select((_, i) => counted[i] * 10_000 / estimated[i] / scale).Skip(1).DefaultIfEmpty().Max(),
                countMicrosPerKb = Math.Round(countMicros, 1),
                estimateMicrosPerKb = Math.Round(estimateMicros, 2),
            });
        }
    }

    private static List<long> Timed(List<string> requests, Func<string, long> count, out double microsPerKb)
    {
        requests.ForEach(r => count(r));
        var began = Stopwatch.GetTimestamp();
        var counts = requests.ConvertAll(r => count(r));
        microsPerKb = Stopwatch.GetElapsedTime(began).TotalMicroseconds * 1_024 / requests.Sum(Encoding.UTF8.GetByteCount);
        return counts;
    }
}
