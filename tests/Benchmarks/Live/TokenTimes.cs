using System.Buffers.Text;
using System.Diagnostics;

namespace OrleansAgents.Benchmarks.Live;

/// <summary>From the model's sending of a token to its arrival here, in microseconds. Thread-safe.</summary>
internal sealed class TokenTimes
{
    private readonly List<double> _micros = [];
    private readonly Lock _gate = new();

    public int Count => _micros.Count;

    /// <summary>The times of every piece of text in an event, by the gateway's or the model's own name for it.</summary>
    /// <returns>Tokens in it.</returns>
    public int Take(ReadOnlySpan<byte> data, ReadOnlySpan<byte> name)
    {
        var now = Stopwatch.GetTimestamp();
        var at = data.IndexOf(name);
        var count = 0;
        for (data = at < 0 ? [] : data[(at + name.Length)..]; Utf8Parser.TryParse(data, out long sent, out var length) && length == PacedAnswer.Digits; count++)
        {
            Add(Stopwatch.GetElapsedTime(sent, now));
            data = data[(length + 1)..];
        }

        return count;
    }

    public void Add(TimeSpan time)
    {
        lock (_gate)
        {
            _micros.Add(time.TotalMicroseconds);
        }
    }

    public (double P50, double P99, double Max) Read()
    {
        lock (_gate)
        {
            _micros.Sort();
            return (Math.Round(Bench.Percentile(_micros, 0.5)), Math.Round(Bench.Percentile(_micros, 0.99)), Math.Round(_micros[^1]));
        }
    }
}
