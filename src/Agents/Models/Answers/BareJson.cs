namespace OrleansAgents.Agents.Models.Answers;

/// <summary>Removes a thinking block before a JSON document and a code fence around it. Pure.</summary>
internal static class BareJson
{
    private const string Fence = "```";
    private static readonly string[] ThinkingEnds = ["</think>", "</thinking>"];

    /// <returns>The text itself if it has neither.</returns>
    public static string Of(string text)
    {
        var whole = text.Trim();
        var rest = WithoutThinking(whole);
        if (rest.StartsWith(Fence, StringComparison.Ordinal) && rest.EndsWith(Fence, StringComparison.Ordinal) && rest.IndexOf('\n') is > 0 and var line && line < rest.Length - Fence.Length)
        {
            rest = rest[line..^Fence.Length];
        }

        return rest.Length == whole.Length ? text : rest.Trim();
    }

    /// <summary>Some servers leave out the opening tag, because it is in their prompt.</summary>
    private static string WithoutThinking(string text)
    {
        if (text.Length == 0 || text[0] is '{' or '[' || text.StartsWith(Fence, StringComparison.Ordinal))
        {
            return text;
        }

        foreach (var end in ThinkingEnds)
        {
            if (text.IndexOf(end, StringComparison.Ordinal) is >= 0 and var at)
            {
                return text[(at + end.Length)..].TrimStart();
            }
        }

        return text;
    }
}
