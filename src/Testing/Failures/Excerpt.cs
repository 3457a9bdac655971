namespace OrleansAgents.Testing;

/// <summary>Text for a message that somebody reads in a test's output.</summary>
internal static class Excerpt
{
    private const int Longest = 200;

    /// <summary>One line of it.</summary>
    public static string Of(string text)
    {
        text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= Longest ? text : $"{text[..Longest]}…";
    }
}
