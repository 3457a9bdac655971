using System.Text;

namespace OrleansAgents.Samples.Docs;

/// <summary>The documents of the workspace, indexed when first asked and again when files have changed. Safe for concurrent use.</summary>
internal sealed class DocumentLibrary(Workspace workspace)
{
    private readonly Lock _lock = new();
    private Dictionary<string, Document> _documents = new(StringComparer.Ordinal);
    private Bm25Index? _index;

    /// <summary>How many documents there are now.</summary>
    public int Count => workspace.List().Count;

    public IReadOnlyList<WorkspaceFile> List() => workspace.List();

    public IReadOnlyList<Passage> Search(string query, int limit) => Index().Search(query, limit);

    /// <summary>The lines of a document.</summary>
    /// <exception cref="ToolException">There is no such document, or the path leads out of the workspace.</exception>
    public IReadOnlyList<string> Read(string path)
    {
        var name = path.Trim().Replace('\\', '/');
        if (name.Length == 0)
        {
            throw new ToolException("The path is empty. list_documents gives the names.");
        }

        if (Path.IsPathRooted(name) || name.StartsWith('~') || name.Contains(':') || name.Contains('\0') || name.Split('/').Contains(".."))
        {
            throw new ToolException($"'{Short(name)}' is refused: only documents of the workspace can be read, by the names that list_documents gives.");
        }

        name = name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;
        var files = workspace.List();
        var file = files.FirstOrDefault(f => f.Name == name);
        if (file.Name is null)
        {
            file = files.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        }

        // Looked at again, because a file may have become a link since it was listed.
        if (file.Name is null || !workspace.IsInside(file.FullPath))
        {
            throw new ToolException($"There is no document '{Short(name)}' in the workspace, or it leads out of it. list_documents gives the names.");
        }

        return Lines(file) ?? throw new ToolException($"'{Short(name)}' cannot be read as text.");
    }

    private Bm25Index Index()
    {
        lock (_lock)
        {
            var files = workspace.List();
            var changed = _index is null || files.Count != _documents.Count
                || files.Any(f => !_documents.TryGetValue(f.Name, out var known) || known.File != f);
            if (changed)
            {
                var next = new Dictionary<string, Document>(StringComparer.Ordinal);
                foreach (var file in files)
                {
                    next[file.Name] = _documents.TryGetValue(file.Name, out var known) && known.File == file
                        ? known
                        : new(file, Lines(file) is { } lines ? [.. Passages.Of(file.Name, lines)] : []);
                }

                _documents = next;
                _index = new(files.SelectMany(f => next[f.Name].Passages));
            }

            return _index!;
        }
    }

    /// <summary>Null for a file that is not text, or gone.</summary>
    private static string[]? Lines(WorkspaceFile file)
    {
        try
        {
            var bytes = File.ReadAllBytes(file.FullPath);
            return bytes.AsSpan().Contains((byte)0) ? null : Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF').ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Short(string name) => name.Length > 120 ? name[..120] + "…" : name;

    private sealed record Document(WorkspaceFile File, IReadOnlyList<(Passage Passage, string Heading)> Passages);
}
