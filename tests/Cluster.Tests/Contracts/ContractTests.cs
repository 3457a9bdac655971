using System.Runtime.CompilerServices;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests.Contracts;

/// <summary>What processes of different builds say to each other. A name or number in it changes only on purpose.</summary>
public sealed class ContractTests : IDisposable
{
    /// <summary>Set to 1 to write the file anew after an intended change.</summary>
    private const string Update = "UPDATE_CONTRACTS";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Grains_interfaces_and_serialized_types_are_those_that_were_agreed_on()
    {
        await using var journal = new SqliteJournal(_folder.File("agents.db"));
        await using var silo = await TestSilo.StartAsync(journal, new Dictionary<string, string?>());
        var now = string.Join('\n', ContractManifest.Of(silo.Services)) + "\n";
        var file = Path.Combine(Path.GetDirectoryName(Here())!, "contracts.txt");
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            await File.WriteAllTextAsync(file, now, TestContext.Current.CancellationToken);
        }

        Assert.Equal((await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n"), now);
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
