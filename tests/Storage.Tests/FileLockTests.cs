using OrleansAgents.Journal;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;
using static OrleansAgents.Storage.Tests.Sample;

namespace OrleansAgents.Storage.Tests;

/// <summary>One process holds a file, until it ends in whatever way.</summary>
public sealed class FileLockTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_second_process_is_told_the_file_and_who_holds_it()
    {
        await using var journal = new SqliteJournal(_folder.File("store.db"));
        using var second = new StoreProcess([], "hold", _folder.File("store.db"));

        Assert.Equal(3, await second.EndAsync());

        var sentence = Assert.Single(second.Lines);
        Assert.Contains(_folder.File("store.db"), sentence, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}", sentence, StringComparison.Ordinal);
        Assert.Equal(AppendOutcome.Committed, await journal.AppendAsync(Append("r", 0, 1)));
    }

    [Fact]
    public async Task A_process_that_is_killed_leaves_its_file_to_the_next_with_all_that_was_acknowledged()
    {
        using var first = new StoreProcess([], "append", _folder.File("store.db"), "41", "41");
        await first.UntilAsync("pause");
        var refused = Assert.Throws<StorageUnusableException>(() => new SqliteJournal(_folder.File("store.db")));
        Assert.Contains($"process {first.Id}", refused.Message, StringComparison.Ordinal);

        await first.KillAsync();

        await using var journal = new SqliteJournal(_folder.File("store.db"));
        Assert.Equal(40, first.Acknowledged);
        Assert.Equal(40, (await journal.ReadAsync("probe", 0, 100)).Count);
        Assert.Equal(2, (await journal.AcquireAsync("probe", "next")).Epoch);
    }
}
