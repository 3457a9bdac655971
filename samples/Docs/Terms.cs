namespace OrleansAgents.Samples.Docs;

/// <summary>Splits text into the words that a search compares. Pure.</summary>
internal static class Terms
{
    private static readonly HashSet<string> Common = new(
        ("a about after all also am an and any are as at be because been before but by can could did do does done each every explain for from "
        + "had has have how i if in into is it its just let me more most my no nor not of on one only or other our please shall she should show so "
        + "some such tell than that the their them then there these they this those to under up use us very was we were what when where which who why "
        + "will with would you your").Split(' '));

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

    /// <summary>The terms without those that every text has, unless nothing else is left.</summary>
    public static List<string> OfQuery(string query)
    {
        var all = Of(query);
        var rare = all.Where(t => !Common.Contains(t)).ToList();
        return rare.Count > 0 ? rare : all;
    }

    private static string Stem(string word) =>
        word.Length > 4 && word.EndsWith("ies", StringComparison.Ordinal) ? word[..^3] + "y"
        : word.Length > 3 && word[^1] == 's' && word[^2] is not ('s' or 'u' or 'i') ? word[..^1]
        : word;
}
