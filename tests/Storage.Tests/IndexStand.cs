using OrleansAgents.Events;
using OrleansAgents.Journal.Search;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Storage.Tests;

/// <summary>An index in a folder of its own, with two users of one tenant.</summary>
public abstract class IndexStand : IDisposable
{
    private readonly TempFolder _folder = new();

    protected IndexStand() => Index = SqliteThreadIndex.Open(Store, 1);

    private protected static Principal Ann { get; } = new("acme", "ann");

    private protected static Principal Bob { get; } = new("acme", "bob");

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected SqliteThreadIndex Index { get; private set; }

    private protected string Store => _folder.File("agents.db");

    public void Dispose()
    {
        Index.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The same file, as another start of the program opens it.</summary>
    private protected void Reopen(long generation, TimeProvider? time = null)
    {
        Index.Dispose();
        Index = SqliteThreadIndex.Open(Store, generation, time);
    }

    /// <summary>The bytes of all files of the index, as text.</summary>
    private protected List<string> Files() =>
        [.. Directory.GetFiles(Path.GetDirectoryName(Store)!, "agents.search.db*").Select(file => System.Text.Encoding.UTF8.GetString(File.ReadAllBytes(file)))];

    private protected Task PutAsync(Principal principal, string id, string title, params string[] texts) =>
        Index.PutAsync(new(id, principal, title, 3, [.. texts.Select((t, i) => new IndexedTurn(i + 1, $"run_{id}_{i}", [t]))]));

    private protected async Task<string> IdsAsync(Principal principal, string query) =>
        string.Join(' ', (await Index.FindAsync(principal, query, 0, 10, Cancel)).Select(h => h.ThreadId));
}
