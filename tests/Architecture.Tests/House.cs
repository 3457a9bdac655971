using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace OrleansAgents.Architecture.Tests;

/// <summary>The source tree: which types and usings each room has. A room is a folder of a project, such as <c>Grains/Runs</c>.</summary>
internal sealed partial class House
{
    private readonly Dictionary<string, string> _roomOfType = [];
    private readonly Dictionary<string, HashSet<string>> _roomsOfNamespace = [];

    private House(IReadOnlyList<SourceFile> files)
    {
        Files = files;
        foreach (var file in files)
        {
            if (!_roomsOfNamespace.TryGetValue(file.Namespace, out var rooms))
            {
                _roomsOfNamespace[file.Namespace] = rooms = [];
            }

            rooms.Add(file.Room);
            foreach (var type in file.Types)
            {
                _roomOfType[$"{file.Namespace}.{type}"] = file.Room;
            }
        }
    }

    public IReadOnlyList<SourceFile> Files { get; }

    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", ".."));

    /// <summary>Project files by name: those of <c>src</c>, and the sample agent that the silo brings along.</summary>
    public static IReadOnlyDictionary<string, string> Projects { get; } = Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
        .Append(Path.Combine(Root, "samples", "Docs", "Docs.csproj")).ToDictionary(path => Path.GetFileNameWithoutExtension(path));

    public static House Read() => new([.. Projects.SelectMany(p => FilesOf(p.Key, Path.GetDirectoryName(p.Value)!))]);

    /// <param name="type">Full name; of a generic type without its arity.</param>
    /// <returns>Null for a type that is not declared in this tree.</returns>
    public string? RoomOf(string type) => _roomOfType.GetValueOrDefault(type);

    /// <summary>The rooms that declare types in a namespace; none for one of others.</summary>
    public IReadOnlyCollection<string> RoomsOf(string ns) => _roomsOfNamespace.GetValueOrDefault(ns) ?? [];

    public static string ProjectOf(string room) => room.Split('/')[0];

    private static IEnumerable<SourceFile> FilesOf(string project, string folder) =>
        from path in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        let below = Path.GetRelativePath(folder, Path.GetDirectoryName(path)!).Replace('\\', '/')
        where below.Split('/')[0] is not ("bin" or "obj")
        select SourceFile.Read(path, below == "." ? project : $"{project}/{below}") into file
        where file is not null
        select file;

    private static string Here([CallerFilePath] string path = "") => path;
}

/// <summary>A file of the source tree.</summary>
/// <param name="Room">Its project and its folder in the project.</param>
/// <param name="Types">Names of the types at its top level.</param>
internal sealed partial record SourceFile(string Path, string Room, string Namespace, IReadOnlyList<string> Types, IReadOnlyList<string> Usings)
{
    /// <summary>Null for a file without a namespace: a program.</summary>
    public static SourceFile? Read(string path, string room)
    {
        var text = File.ReadAllText(path);
        return NamespaceLine().Match(text) is { Success: true } ns
            ? new(
                System.IO.Path.GetRelativePath(House.Root, path), room, ns.Groups[1].Value,
                [.. TypeLine().Matches(text).Select(m => m.Groups[1].Value)],
                [.. UsingLine().Matches(text).Select(m => m.Groups[1].Value)])
            : null;
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^using (?:static )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    // The format check keeps types at the top level in the first column.
    [GeneratedRegex(@"^(?:public|internal)[\w ]*? (?:class|record struct|record class|record|struct|interface|enum|delegate [\w<>\[\]?.]+) (\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeLine();
}
