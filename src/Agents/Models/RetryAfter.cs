using System.ClientModel.Primitives;
using System.Globalization;

namespace OrleansAgents.Agents.Models;

/// <summary>Reads how long a provider wants to be left alone.</summary>
internal static class RetryAfter
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>From <c>Retry-After</c> in seconds or as an HTTP date, or null. Never negative, never more than a day.</summary>
    public static TimeSpan? Read(PipelineResponseHeaders? headers, TimeProvider time)
    {
        if (headers is null || !headers.TryGetValue("Retry-After", out var text) || text is null)
        {
            return null;
        }

        return Parse(text, time.GetUtcNow());
    }

    internal static TimeSpan? Parse(string text, DateTimeOffset now)
    {
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var seconds))
        {
            return TimeSpan.FromSeconds(Math.Clamp(seconds, 0, Longest.TotalSeconds));
        }

        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
        {
            return null;
        }

        var wait = date - now;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > Longest ? Longest : wait;
    }
}
