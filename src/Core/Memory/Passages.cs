namespace OrleansAgents.Core.Memory;

/// <summary>Cuts long texts into passages, so that one paragraph can be found and taken without the rest.</summary>
internal static class Passages
{
    /// <summary>Of a passage, in characters: about 250 tokens.</summary>
    private const int Max = 1_000;

    /// <summary>Whole where it is short; else at blank lines, line ends, sentence ends, spaces, whichever comes last before the limit.</summary>
    public static IEnumerable<string> Of(string text)
    {
        var rest = text.AsMemory().Trim();
        while (rest.Length > Max)
        {
            var cut = Cut(rest.Span[..Max]);
            yield return rest[..cut].TrimEnd().ToString();
            rest = rest[cut..].TrimStart();
        }

        if (rest.Length > 0)
        {
            yield return rest.ToString();
        }
    }

    private static int Cut(ReadOnlySpan<char> head)
    {
        foreach (var end in (ReadOnlySpan<string>)["\n\n", "\n", ". ", " "])
        {
            if (head.LastIndexOf(end) is > Max / 4 and var at)
            {
                return at + end.Length;
            }
        }

        return char.IsHighSurrogate(head[^1]) ? Max - 1 : Max;
    }
}
