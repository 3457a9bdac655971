using Microsoft.Data.Sqlite;
using OrleansAgents.Journal;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;
using static OrleansAgents.Storage.Tests.Sample;

namespace OrleansAgents.Storage.Tests;

/// <summary>Backups of a store at work, and what a restore makes of them.</summary>
public sealed class StoreCopyTests : IDisposable
{
    private static readonly DateTimeOffset Later = Start.AddDays(1);
    private readonly TempFolder _folder = new();

    private string Store => _folder.File("store.db");

    private string Backup => _folder.File("backup.db");

    private string Restored => _folder.File("restored.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_backup_of_a_store_at_work_holds_all_that_was_acknowledged_before_and_the_writer_goes_on()
    {
        await using var journal = new SqliteJournal(Store);
        await journal.AppendAsync(Append("big", 0, 1) with { Bodies = [Body(new string('x', 20_000_000))] });
        var acknowledged = 0L;
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await journal.AppendAsync(Append("r", acknowledged, 1));
                Interlocked.Increment(ref acknowledged);
            }
        });
        while (Interlocked.Read(ref acknowledged) == 0)
        {
            await Task.Yield();
        }

        var before = Interlocked.Read(ref acknowledged);
        var told = new List<int>();
        StoreCopy.Write(Store, Backup, progress: percent =>
        {
            told.Add(percent);

            // The writer is not held up: it gets something done between any two pieces.
            var now = Interlocked.Read(ref acknowledged);
            Assert.True(SpinWait.SpinUntil(() => Interlocked.Read(ref acknowledged) > now || writing.IsCompleted, TimeSpan.FromSeconds(30)));
        });
        await stop.CancelAsync();
        await writing;

        Assert.True(told.Count > 2 && told[^1] == 100 && told.Order().SequenceEqual(told), string.Join(' ', told));
        await using var copy = new SqliteJournal(Backup, readOnly: true);
        var head = (await copy.FindAsync("r"))!.Header.Head;
        Assert.InRange(head, before, acknowledged - 1);
        Assert.Equal(head, (await copy.ReadAsync("r", 0, int.MaxValue)).Count);
        Assert.Equal([Backup, Store], Directory.GetFiles(_folder.Path, "*.db*").Where(f => f.EndsWith(".db", StringComparison.Ordinal)).Order());
        Assert.False(File.Exists(Backup + ".part"));
    }

    [Fact]
    public async Task A_backup_replaces_no_file_and_leaves_none_when_it_fails()
    {
        await using (var journal = new SqliteJournal(Store))
        {
            await journal.AppendAsync(Append("r", 0, 1));
        }

        await File.WriteAllTextAsync(Backup, "mine", TestContext.Current.CancellationToken);
        Assert.Contains("exists", Assert.Throws<StorageUnusableException>(() => StoreCopy.Write(Store, Backup)).Message);
        Assert.Equal("mine", await File.ReadAllTextAsync(Backup, TestContext.Current.CancellationToken));

        var other = _folder.File("other.db");
        Assert.Throws<StorageUnusableException>(() => StoreCopy.Write(Backup + ".none", other));
        Assert.Throws<SqliteException>(() => StoreCopy.Write(Backup, other));
        Assert.Throws<InvalidOperationException>(() => StoreCopy.Write(Store, other, finish: _ => throw new InvalidOperationException("planted")));
        Assert.False(File.Exists(other) || File.Exists(other + ".part"));
    }

    [Fact]
    public async Task A_restore_raises_the_generation_and_makes_unfinished_runs_due_and_nothing_else()
    {
        await using (var journal = new SqliteJournal(Store))
        {
            await journal.AppendAsync(Append("open", 0, 3, commands: new RecordedCommand("c", "h", 1)));
            await journal.AppendAsync(Append("done", 0, 2) with { Header = Header("done", 2).Ended() });
            StoreCopy.Write(Store, Backup);
            Assert.Equal(1, journal.Generation);
        }

        StoreRestore.Run(Backup, Restored, Later);
        await using var restored = new SqliteJournal(Restored);
        Assert.Equal(2, restored.Generation);
        Assert.Equal(Header("open", 3, owner: null) with { WakeAt = Later }, (await restored.FindAsync("open"))!.Header);
        Assert.Equal(Header("done", 2).Ended(), (await restored.FindAsync("done"))!.Header);
        Assert.Equal(["open"], (await restored.ScanAsync(new(Later, [], null, 10))).Select(h => h.Id));
        Assert.NotNull(await restored.FindCommandAsync("open", "c"));

        // Whoever takes it still sees that it is older, until its takeover is on disk.
        Assert.Equal(1, (await restored.AcquireAsync("open", "silo-b")).Header!.Generation);
        Assert.Equal(1, (await restored.AcquireAsync("open", "silo-b")).Header!.Generation);
        Assert.Equal(AppendOutcome.Committed, await restored.AppendAsync(Append("open", 3, 1, epoch: 3) with { Header = Header("open", 4, 3) with { Generation = 2 } }));
        Assert.Equal(2, (await restored.FindAsync("open"))!.Header.Generation);
        Assert.Empty(restored.Damage);
    }

    [Fact]
    public async Task A_second_restore_is_another_generation()
    {
        await using (var journal = new SqliteJournal(Store))
        {
            StoreCopy.Write(Store, Backup);
        }

        StoreRestore.Run(Backup, Restored, Later);
        var again = _folder.File("again.db");
        StoreRestore.Run(Restored, again, Later);
        await using var restored = new SqliteJournal(again);
        Assert.Equal(3, restored.Generation);
    }

    [Fact]
    public async Task A_restore_replaces_no_store_and_takes_none_from_a_process()
    {
        await using (var journal = new SqliteJournal(Store))
        {
            StoreCopy.Write(Store, Backup);
            var held = Assert.Throws<StorageUnusableException>(() => StoreRestore.Run(Backup, Store, Later));
            Assert.Contains($"in use by process {Environment.ProcessId}", held.Message);
        }

        Assert.Contains("replaces nothing", Assert.Throws<StorageUnusableException>(() => StoreRestore.Run(Backup, Store, Later)).Message);
        Assert.Contains("no file", Assert.Throws<StorageUnusableException>(() => StoreRestore.Run(Backup + ".none", Restored, Later)).Message);
        Assert.False(File.Exists(Restored));
    }

    [Fact]
    public async Task A_generation_that_is_not_what_was_written_is_said_and_asks_rather_than_acts()
    {
        await using (var journal = new SqliteJournal(Store))
        {
            await journal.AppendAsync(Append("r", 0, 1));
        }

        using (var db = new SqliteConnection($"Data Source={Store};Pooling=False"))
        {
            db.Open();
            db.Run("UPDATE store SET value = 0");
        }

        await using var damaged = new SqliteJournal(Store);
        Assert.Equal(2, damaged.Generation);
        Assert.Contains(damaged.Damage, d => d.StartsWith("store", StringComparison.Ordinal));
    }
}
