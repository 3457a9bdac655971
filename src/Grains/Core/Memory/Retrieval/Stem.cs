namespace OrleansAgents.Core.Memory;

/// <summary>Light stemming of English: the endings of number, tense and adverb go, so that "painted", "paints" and "painting" are one word.</summary>
internal static class Stem
{
    private static readonly (string Ending, string Instead, int Least)[] Endings =
        [("ies", "y", 3), ("sses", "ss", 3), ("ing", "", 4), ("edly", "", 4), ("ed", "", 4), ("ly", "", 4), ("es", "", 4), ("s", "", 3)];

    /// <summary>Stems in place and gives the new length.</summary>
    public static int InPlace(Span<char> word)
    {
        var n = word.Length;
        if (n == 0 || word.ContainsAnyExceptInRange('a', 'z'))
        {
            return n;
        }

        foreach (var (ending, instead, least) in Endings)
        {
            if (word.EndsWith(ending) && n - ending.Length + instead.Length >= least && !(ending == "s" && word[n - 2] == 's'))
            {
                instead.CopyTo(word[(n - ending.Length)..]);
                n += instead.Length - ending.Length;
                break;
            }
        }

        if (n > 4 && word[n - 1] == word[n - 2] && !"aeiouls".Contains(word[n - 1]))
        {
            n--;
        }

        return n > 4 && word[n - 1] == 'e' ? n - 1 : n;
    }
}
