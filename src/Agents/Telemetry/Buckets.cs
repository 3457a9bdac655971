using System.Diagnostics.Metrics;

namespace OrleansAgents.Agents.Telemetry;

/// <summary>Bucket boundaries: those of the GenAI conventions, and finer ones for the store.</summary>
internal static class Buckets
{
    public static double[] Seconds { get; } = Powers(0.01, 2, 14);
    public static double[] LongSeconds { get; } = Powers(0.1, 2, 13);
    public static double[] Milliseconds { get; } = Powers(0.00025, 2, 16);
    public static long[] Tokens { get; } = [.. Powers(1, 4, 14).Select(n => (long)n)];

    private static double[] Powers(double first, double factor, int count) =>
        [.. Enumerable.Range(0, count).Select(n => Math.Round(first * Math.Pow(factor, n), 5))];

    /// <summary>A histogram with these boundaries.</summary>
    public static Histogram<T> Histogram<T>(this Meter meter, string name, string unit, T[] boundaries, string description)
        where T : struct => meter.CreateHistogram(name, unit, description, null, new InstrumentAdvice<T> { HistogramBucketBoundaries = boundaries });
}
