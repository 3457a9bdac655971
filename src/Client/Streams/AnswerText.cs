using OrleansAgents.Events;

namespace OrleansAgents.Client.Streams;

/// <summary>A recorded answer as the stream that it was: its parts in order, offsets running through them.</summary>
internal static class AnswerText
{
    /// <summary>The most text in one delta, in UTF-16 units.</summary>
    public const int MaxDelta = 8 * 1024;

    /// <summary>The word for a part in <see cref="ModelDelta.Kind"/>.</summary>
    public static string KindOf(ContentPart part) => part is ReasoningPart ? "reasoning" : "text";

    /// <summary>The place itself, or the one before it when it would cut a character in two: no stream gave that out.</summary>
    public static int NotInsidePair(string text, int at) =>
        at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) && char.IsHighSurrogate(text[at - 1]) ? at - 1 : at;

    /// <summary>The deltas that a viewer at <paramref name="offset"/> still misses.</summary>
    /// <param name="parts">Kind and whole text of each part.</param>
    public static IEnumerable<ModelDelta> From(
        int offset, int step, int attempt, IEnumerable<(string Kind, string Text)> parts)
    {
        var start = 0;
        foreach (var (kind, text) in parts)
        {
            var at = NotInsidePair(text, Math.Clamp(offset - start, 0, text.Length));
            while (at < text.Length)
            {
                var length = Math.Min(MaxDelta, text.Length - at);
                length = NotInsidePair(text, at + length) - at;
                yield return new(step, attempt, kind, start + at, text.Substring(at, length));
                at += length;
            }

            start += text.Length;
        }
    }
}
