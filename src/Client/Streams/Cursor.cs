using System.Globalization;

namespace OrleansAgents.Client.Streams;

/// <summary>A place in a run's stream: after a durable event, or inside an attempt's answer.</summary>
/// <param name="Seq">The last durable seq seen; 0 for none.</param>
/// <param name="Attempt">The attempt whose text was being read; null outside one.</param>
/// <param name="Offset">Where in that text, in UTF-16 units.</param>
internal readonly record struct Cursor(long Seq, int? Attempt = null, int Offset = 0)
{
    /// <summary>The largest seq, step, turn, attempt or offset that a client may name; a larger one is no cursor.</summary>
    /// <remarks>No journal reaches it: a store holds at most 2^24-1 events of a journal. Every sum with it fits a <see cref="long"/>.</remarks>
    public const int MaxNumber = int.MaxValue;

    /// <summary>Before the first event.</summary>
    public static Cursor Start => default;

    /// <summary>Reads <c>seq</c> or <c>seq.attempt.offset</c>; nothing else is a cursor.</summary>
    public static bool TryParse(string text, out Cursor cursor)
    {
        cursor = default;
        var parts = text.Split('.');
        if (parts.Length is not (1 or 3) || !Number(parts[0], out var seq))
        {
            return false;
        }

        if (parts.Length == 1)
        {
            cursor = new(seq);
            return true;
        }

        // No attempt begins before the second event of a run at the earliest.
        if (seq == 0 || !Number(parts[1], out var attempt) || !Number(parts[2], out var offset) || attempt == 0 || offset == 0)
        {
            return false;
        }

        cursor = new(seq, attempt, offset);
        return true;
    }

    public override string ToString() => Attempt is { } attempt
        ? string.Create(CultureInfo.InvariantCulture, $"{Seq}.{attempt}.{Offset}")
        : Seq.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads one number of a cursor: decimal digits and nothing else, <see cref="MaxNumber"/> at most.</summary>
    public static bool Number(string? text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
