namespace OrleansAgents.Grains.Tests.Execution;

/// <summary>A folder of its own for one test.</summary>
internal sealed class Folder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("orleans-agents-").FullName;

    public Folder File(string name, string text)
    {
        var path = System.IO.Path.Combine(Path, name);
        _ = Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, text);
        return this;
    }

    public Folder Link(string name, string target)
    {
        _ = System.IO.File.CreateSymbolicLink(System.IO.Path.Combine(Path, name), target);
        return this;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
