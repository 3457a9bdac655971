using OrleansAgents.Testing;

namespace OrleansAgents.Benchmarks;

/// <summary>A folder of this repository whose programs are built: this one, or one of an older commit.</summary>
internal sealed record Checkout(string Name, string Folder)
{
    public const string Usage = "[--against FOLDER]";

    public static Checkout Here { get; } = new("new", Repository.Root);

    public string Standalone => Dll("Standalone", "Standalone.dll");

    public string Silo => Dll("Silo", "OrleansAgents.Silo.dll");

    public string Gateway => Dll("Gateway", "OrleansAgents.Gateway.dll");

    /// <summary>This build, after the old one where one is named; null where the arguments are wrong.</summary>
    public static IReadOnlyList<Checkout>? Read(string[] args) => args switch
    {
        [] => [Here],
        ["--against", var folder] when Directory.Exists(folder) => [new("old", Path.GetFullPath(folder)), Here],
        _ => null,
    };

    private string Dll(string project, string name)
    {
        var dll = Path.Combine(Folder, "src", project, "bin", Repository.Configuration, "net10.0", name);
        return File.Exists(dll) ? dll : throw new FileNotFoundException($"Run 'dotnet build -c {Repository.Configuration} src/Standalone' in {Folder} first.", dll);
    }
}
