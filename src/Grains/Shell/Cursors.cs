using System.Globalization;
using System.Text;
using OrleansAgents.Journal;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Shell;

/// <summary>A place in the hits of a search, opaque to clients.</summary>
internal static class HitCursor
{
    /// <summary>Nobody reads on so far, and the index would have to find all of them.</summary>
    private const int Most = 100_000;

    public static string Of(int skip) => $"hits-{skip}";

    public static bool TryParse(string? cursor, out int skip)
    {
        skip = 0;
        return cursor is null || (cursor.StartsWith("hits-", StringComparison.Ordinal)
            && int.TryParse(cursor.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out skip) && skip <= Most);
    }
}

/// <summary>A place in a list, opaque to clients.</summary>
internal static class ListCursor
{
    public static Problem Unknown { get; } = new("invalid_cursor", "The cursor is none that a list gave out; leave it out to start anew.", "cursor");

    public static string Of(JournalHeader h)
    {
        var (at, id) = ListPosition.Of(h);
        return Convert.ToHexStringLower(Encoding.UTF8.GetBytes($"{at.UtcTicks}|{id}"));
    }

    public static ListPosition? Parse(string cursor)
    {
        try
        {
            var parts = Encoding.UTF8.GetString(Convert.FromHexString(cursor)).Split('|', 2);
            return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
                && ticks <= DateTimeOffset.MaxValue.UtcTicks
                ? new(new(ticks, TimeSpan.Zero), parts[1])
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
