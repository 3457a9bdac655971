using System.Text;

namespace OrleansAgents.Demo;

/// <summary>The texts of the demo model.</summary>
internal static class DemoAnswer
{
    private const int Quotes = 3;
    private const int QuoteLines = 8;

    public static string WithoutTools() =>
        "This is the demo model. It can only quote documents, and this agent has no tool `search_documents` to find any. "
        + "Configure a model provider (`Models:default`) for real answers.";

    public static string Quote(
        IReadOnlyList<string> keywords, IReadOnlyList<Passage> hits, IReadOnlyList<DocumentText> texts, IReadOnlyList<string> searches)
    {
        var about = string.Join(", ", keywords);
        if (hits.Count == 0)
        {
            return searches[^1].StartsWith("Error", StringComparison.Ordinal)
                ? $"This is the demo model. It can only quote documents, and the search failed: {searches[^1]}"
                : $"This is the demo model. It can only quote documents, and none of them matches{(about.Length == 0 ? " the question" : $": {about}")}.";
        }

        var answer = new StringBuilder("This is the demo model: it does not reason, it quotes the documents. ")
            .Append("These passages match");
        _ = about.Length == 0 ? answer.Append(" best:\n") : answer.Append(" best (").Append(about).Append("):\n");
        var quoted = new HashSet<string>();
        foreach (var hit in hits)
        {
            var quote = Trim(FromDocument(hit, texts) ?? hit.Text);
            if (quote.Length == 0 || quoted.Count == Quotes || !quoted.Add(quote))
            {
                continue;
            }

            _ = answer.Append('\n');
            foreach (var line in quote.Split('\n'))
            {
                _ = answer.Append("> ").Append(line).Append('\n');
            }

            _ = answer.Append("\n— ").Append(hit.Path).Append(", line ").Append(hit.Line).Append('\n');
        }

        return answer.ToString().TrimEnd();
    }

    /// <summary>The passage as it stands in the document that was read; null where that part was not read.</summary>
    private static string? FromDocument(Passage hit, IReadOnlyList<DocumentText> texts)
    {
        foreach (var text in texts)
        {
            var lines = text.Text.Split('\n');
            var first = hit.Line - text.StartLine;
            if (text.Path == hit.Path && first >= 0 && first < lines.Length)
            {
                var count = hit.Text.Count(c => c == '\n') + 1;
                return string.Join('\n', lines.Skip(first).Take(count));
            }
        }

        return null;
    }

    private static string Trim(string text) => string.Join('\n', text.Split('\n').Take(QuoteLines)).Trim('\n', ' ');
}
