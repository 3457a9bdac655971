using Microsoft.Extensions.Configuration;
using OrleansAgents.Agents.Settings;

namespace OrleansAgents.Samples.Docs;

/// <summary>A file of the workspace.</summary>
/// <param name="Name">Its path as people and models see it, with <c>/</c>.</param>
internal readonly record struct WorkspaceFile(string Name, string FullPath, long Bytes, DateTimeOffset ModifiedAt);

/// <summary>The files and folders that the sample agent may read: <c>Workspace:Path</c>.</summary>
/// <remarks>A jail: a file counts by where it really is. A link to a file inside is a document, one that leads out is none; links to folders are not followed.</remarks>
internal sealed class Workspace
{
    /// <summary>Larger files are passed over, in bytes.</summary>
    public const long MaxBytes = 1024 * 1024;

    private static readonly string[] Extensions = [".md", ".markdown", ".mdx", ".txt", ".text", ".rst", ".adoc"];
    private static readonly string[] Skipped = ["bin", "obj", ".git", "node_modules"];

    private readonly string _base;
    private readonly string[] _roots;
    private readonly string[] _realRoots;

    public Workspace(IEnumerable<string> roots, string baseDirectory)
    {
        _base = Path.GetFullPath(baseDirectory);
        _roots = [.. roots.Select(r => Path.TrimEndingDirectorySeparator(Path.GetFullPath(r, _base))).Distinct()];
        _realRoots = [.. _roots.Select(RealPath.Of)];
    }

    /// <summary><c>Workspace:Path</c> is one path, several separated by <c>;</c>, or a list; by default <c>README.md</c> and <c>docs</c>, where they exist.</summary>
    /// <exception cref="InvalidSettingException">A named path does not exist.</exception>
    public static Workspace Read(IConfiguration configuration, string baseDirectory)
    {
        if (configuration["Workspace"] is { Length: > 0 })
        {
            throw new InvalidSettingException("Workspace is a plain value; set Workspace:Path instead.");
        }

        if (configuration.GetSection("Workspace").GetChildren().FirstOrDefault(c => !c.Key.Equals("Path", StringComparison.OrdinalIgnoreCase)) is { } unknown)
        {
            throw new InvalidSettingException($"{unknown.Path} is not a known key; known are Path.");
        }

        var section = configuration.GetSection("Workspace:Path");
        var named = section.GetChildren().Select(c => c.Value ?? "")
            .Concat((section.Value ?? "").Split(';')).Select(p => p.Trim()).Where(p => p.Length > 0).ToList();
        foreach (var path in named)
        {
            if (!Path.Exists(Path.GetFullPath(path, baseDirectory)))
            {
                throw new InvalidSettingException($"Workspace:Path names '{path}', which does not exist.");
            }
        }

        return new(named.Count > 0 ? named : ["README.md", "docs"], baseDirectory);
    }

    /// <summary>Every document, in the order of the roots, then by name. Reads the file system anew.</summary>
    public IReadOnlyList<WorkspaceFile> List()
    {
        var files = new Dictionary<string, WorkspaceFile>(StringComparer.Ordinal);
        foreach (var root in _roots)
        {
            if (File.Exists(root))
            {
                Add(files, root, NameOf(root, root));
            }
            else if (Directory.Exists(root))
            {
                Walk(files, root, root);
            }
        }

        return [.. files.Values];
    }

    /// <summary>Whether the file, links followed, lies in one of the roots.</summary>
    public bool IsInside(string fullPath)
    {
        try
        {
            var real = RealPath.Of(fullPath);
            return Array.Exists(_realRoots, root => RealPath.IsWithin(real, root));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Walk(Dictionary<string, WorkspaceFile> files, string root, string folder)
    {
        FileSystemInfo[] entries;
        try
        {
            entries = new DirectoryInfo(folder).GetFileSystemInfos();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return; // Gone meanwhile, or not ours to read.
        }

        Array.Sort(entries, (a, b) => string.CompareOrdinal(a.Name, b.Name));
        foreach (var entry in entries)
        {
            if (entry is DirectoryInfo directory)
            {
                if (directory.LinkTarget is null && !Skipped.Contains(entry.Name))
                {
                    Walk(files, root, entry.FullName);
                }
            }
            else if (Extensions.Contains(entry.Extension, StringComparer.OrdinalIgnoreCase))
            {
                Add(files, entry.FullName, NameOf(root, entry.FullName));
            }
        }
    }

    private void Add(Dictionary<string, WorkspaceFile> files, string path, string name)
    {
        // A link has the size and time of what it leads to.
        var info = new FileInfo(path);
        if (info.LinkTarget is not null)
        {
            if (!IsInside(path))
            {
                return;
            }

            info = new FileInfo(RealPath.Of(path));
        }

        if (info.Exists && info.Length <= MaxBytes)
        {
            _ = files.TryAdd(name, new(name, path, info.Length, info.LastWriteTimeUtc));
        }
    }

    /// <summary>Relative to the base directory; for a root elsewhere, the root's own name and the path in it.</summary>
    private string NameOf(string root, string path)
    {
        var from = RealPath.IsWithin(root, _base) ? _base : Path.GetDirectoryName(root) ?? root;
        return Path.GetRelativePath(from, path).Replace('\\', '/');
    }
}
