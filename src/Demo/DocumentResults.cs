namespace OrleansAgents.Demo;

/// <summary>What <c>search_documents</c> returns, as far as the demo model reads it.</summary>
internal sealed record SearchResult(IReadOnlyList<Passage>? Passages);

/// <param name="Line">Number of its first line, from 1.</param>
internal sealed record Passage(string Path, int Line, string Text);

/// <summary>What <c>read_document</c> returns, as far as the demo model reads it.</summary>
/// <param name="StartLine">Number of the first line of <paramref name="Text"/>, from 1.</param>
internal sealed record DocumentText(string Path, int StartLine, string Text);
