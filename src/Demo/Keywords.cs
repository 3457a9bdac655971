namespace OrleansAgents.Demo;

/// <summary>The words of a question that are worth a search.</summary>
internal static class Keywords
{
    private const int Most = 12;

    private static readonly HashSet<string> Common = new(
        ("a about after all also am an and any are as at be because been before but by can could did do does done each every explain for from "
        + "had has have how i if in into is it its just let me more most my no nor not of on one only or other our please shall she should show so "
        + "some such tell than that the their them then there these they this those to under up use us very was we were what when where which who why "
        + "will with would you your").Split(' '));

    /// <summary>The distinct words of a question without those that every text has, as they were written, in order.</summary>
    public static IReadOnlyList<string> Of(string question)
    {
        var seen = new HashSet<string>();
        return [.. question.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Trim().Trim('?', '!', '.', ',', ';', ':', '"', '\'', '(', ')', '[', ']', '`', '*', '…', '“', '”'))
            .Where(word => word.Length > 0 && !Common.Contains(word.ToLowerInvariant()) && seen.Add(word.ToLowerInvariant()))
            .Take(Most)];
    }
}
