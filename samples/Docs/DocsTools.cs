using System.ComponentModel;

namespace OrleansAgents.Samples.Docs;

internal sealed record DocumentEntry(string Path, long Bytes);

internal sealed record SearchResult(IReadOnlyList<Passage> Passages, string? Note = null);

/// <summary>Part of a document, verbatim.</summary>
/// <param name="StartLine">Number of the first line of <paramref name="Text"/>, from 1.</param>
/// <param name="TotalLines">Lines of the whole document.</param>
internal sealed record DocumentText(string Path, int StartLine, int TotalLines, string Text);

/// <summary>The tools of the agent <c>docs</c>. All only read. The library is a service: the model never sees it.</summary>
internal static class DocsTools
{
    private const int MaxListed = 1000;
    private const int MaxPassages = 20;
    private const int MaxLines = 1000;

    [Description("Lists the documents that can be searched and read, with their sizes in bytes.")]
    public static IReadOnlyList<DocumentEntry> ListDocuments(DocumentLibrary library) =>
        [.. library.List().Take(MaxListed).Select(f => new DocumentEntry(f.Name, f.Bytes))];

    [Description("Searches the documents for words and returns the best passages, verbatim, with file and line.")]
    public static SearchResult SearchDocuments(
        DocumentLibrary library,
        [Description("Words to look for.")] string query,
        [Description("How many passages at most, 1 to 20.")] int limit = 5)
    {
        var passages = library.Search(query, Math.Clamp(limit, 1, MaxPassages));
        return new(passages, passages.Count > 0 ? null : "No passage has any of these words.");
    }

    [Description("Reads lines of a document, verbatim.")]
    public static DocumentText ReadDocument(
        DocumentLibrary library,
        [Description("The document's path, as list_documents and search_documents give it.")] string path,
        [Description("First line, from 1.")] int startLine = 1,
        [Description("How many lines, 1 to 1000.")] int lines = 200)
    {
        var all = library.Read(path);
        var first = Math.Clamp(startLine, 1, Math.Max(1, all.Count));
        var count = Math.Clamp(lines, 1, MaxLines);
        return new(path.Trim(), first, all.Count, string.Join('\n', all.Skip(first - 1).Take(count)));
    }
}
