namespace OrleansAgents.Samples.Docs;

/// <summary>A few lines of a document.</summary>
/// <param name="Path">The document's name, as <c>read_document</c> takes it.</param>
/// <param name="Line">Number of its first line, from 1.</param>
/// <param name="Text">Verbatim, lines separated by <c>\n</c>.</param>
internal sealed record Passage(string Path, int Line, string Text);

/// <summary>Cuts a document into passages: paragraphs, short ones together, never across a heading. Pure.</summary>
internal static class Passages
{
    private const int FewLines = 4;
    private const int ManyLines = 16;

    /// <summary>Each passage with the headings above it.</summary>
    public static IEnumerable<(Passage Passage, string Heading)> Of(string path, IReadOnlyList<string> lines)
    {
        var heading = "";
        var start = -1;
        var fenced = false;
        for (var i = 0; i <= lines.Count; i++)
        {
            var line = i < lines.Count ? lines[i] : null;
            var fence = line?.TrimStart().StartsWith("```", StringComparison.Ordinal) == true;
            var isHeading = !fenced && line?.StartsWith('#') == true;
            var count = start < 0 ? 0 : i - start;
            var blank = string.IsNullOrWhiteSpace(line);
            if (start >= 0 && (line is null || isHeading || count >= ManyLines || (blank && !fenced && count >= FewLines)))
            {
                yield return (new(path, start + 1, Join(lines, start, i)), heading);
                start = -1;
            }

            if (isHeading)
            {
                heading = line!.TrimStart('#', ' ');
            }

            if (start < 0 && !blank)
            {
                start = i;
            }

            fenced ^= fence;
        }
    }

    private static string Join(IReadOnlyList<string> lines, int start, int end)
    {
        while (end > start && string.IsNullOrWhiteSpace(lines[end - 1]))
        {
            end--;
        }

        return string.Join('\n', lines.Skip(start).Take(end - start));
    }
}
