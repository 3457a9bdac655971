using System.Globalization;

namespace OrleansAgents.Gateway.Runs;

/// <summary>The <c>Prefer</c> header (RFC 7240); what it does not understand it ignores, as the standard asks.</summary>
internal static class Prefer
{
    private const int MaxSeconds = 60;

    /// <summary>How long the client would wait for the end of the run; zero where it does not say.</summary>
    public static TimeSpan WaitOf(HttpRequest request)
    {
        foreach (var preference in request.Headers["Prefer"].SelectMany(v => (v ?? "").Split([',', ';'], StringSplitOptions.TrimEntries)))
        {
            if (preference.Split('=', StringSplitOptions.TrimEntries) is [var name, var value]
                && name.Equals("wait", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            {
                return TimeSpan.FromSeconds(Math.Min(seconds, MaxSeconds));
            }
        }

        return TimeSpan.Zero;
    }
}
