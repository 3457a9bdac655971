using System.Globalization;
using OrleansAgents.Client.Streams;

namespace OrleansAgents.Gateway.Streams;

/// <summary>A place in a thread's stream: after one of its own events, and within the run of the newest turn there.</summary>
internal readonly record struct ThreadCursor(long Seq, Cursor Run)
{
    /// <summary>Before the first event.</summary>
    public static ThreadCursor Start => default;

    /// <summary>Reads <c>seq:run cursor</c>, or <c>seq</c> for the run's beginning.</summary>
    public static bool TryParse(string text, out ThreadCursor cursor)
    {
        var (seq, run, parts) = (0, Cursor.Start, text.Split(':'));
        var good = parts.Length is 1 or 2 && Cursor.Number(parts[0], out seq) && (parts.Length == 1 || Cursor.TryParse(parts[1], out run));
        cursor = good ? new(seq, run) : default;
        return good;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seq}:{Run}");
}
