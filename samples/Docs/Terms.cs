namespace OrleansAgents.Samples.Docs;

/// <summary>Splits text into the words that a search compares. Pure.</summary>
internal static class Terms
{
    /// <summary>Lower-case words in order; a plural is its singular.</summary>
    public static List<string> Of(string text)
    {
        var terms = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            if (!char.IsLetterOrDigit(text[start]))
            {
                start++;
                continue;
            }

            var end = start;
            while (end < text.Length && char.IsLetterOrDigit(text[end]))
            {
                end++;
            }

            terms.Add(Stem(text[start..end].ToLowerInvariant()));
            start = end;
        }

        return terms;
    }

    private static string Stem(string word) =>
        word.Length > 4 && word.EndsWith("ies", StringComparison.Ordinal) ? word[..^3] + "y"
        : word.Length > 3 && word[^1] == 's' && word[^2] is not ('s' or 'u' or 'i') ? word[..^1]
        : word;
}
