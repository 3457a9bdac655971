using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Host.Tests.Storage;

/// <summary>A disk that is really full, and one that is really read-only.</summary>
public sealed class SpaceTests
{
    [Fact]
    public async Task A_full_disk_refuses_in_a_sentence_keeps_what_was_acknowledged_and_goes_on_with_space()
    {
        using var disk = new Tmpfs("8m");
        var ballast = disk.FillBut(3_000_000);
        using var probe = new StoreProcess([], "append", disk.File("store.db"), "800", "700");
        await probe.UntilAsync("pause");

        Assert.All(probe.Lines.Where(l => l.StartsWith("refused", StringComparison.Ordinal)), l => Assert.StartsWith("refused Full: storage is full", l, StringComparison.Ordinal));
        Assert.StartsWith("refused Full", probe.Lines[^2], StringComparison.Ordinal);
        Assert.DoesNotContain("unknown", probe.Lines);
        var whenFull = probe.Acknowledged;
        Assert.InRange(whenFull, 1, 698);

        File.Delete(ballast);
        await probe.GoOnAsync();

        Assert.Equal(0, await probe.EndAsync());
        Assert.Equal(whenFull + 101, probe.Acknowledged);
        Assert.Equal($"read {whenFull + 101}", probe.Lines[^1]);
        await using var journal = new SqliteJournal(disk.File("store.db"));
        Assert.Empty(journal.Damage);
        Assert.Equal(whenFull + 101, (await journal.ReadAsync("probe", 0, 10_000)).Count);
    }

    [Fact]
    public async Task A_disk_that_is_full_at_the_start_is_said_and_what_is_there_is_read()
    {
        using var disk = new Tmpfs("4m");
        using (var probe = new StoreProcess([], "append", disk.File("store.db"), "20"))
        {
            Assert.Equal(0, await probe.EndAsync());
        }

        var ballast = disk.FillBut(0);
        using (var probe = new StoreProcess([], "append", disk.File("store.db"), "3"))
        {
            var ended = await probe.EndAsync();
            Assert.Equal(0, probe.Acknowledged);
            Assert.True(ended is 0 or 3, $"The probe ended with {ended}: {string.Join(" | ", probe.Lines)}");
        }

        File.Delete(ballast);
        await using var journal = new SqliteJournal(disk.File("store.db"));
        Assert.Equal(20, (await journal.ReadAsync("probe", 0, 100)).Count);
        Assert.Equal("probe", (await journal.AcquireAsync("probe", "next")).PreviousOwner);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_read_only_disk_serves_everything_and_refuses_writes(bool killed)
    {
        using var disk = new Tmpfs("8m");
        using (var probe = new StoreProcess([], "append", disk.File("store.db"), "31", "31"))
        {
            await probe.UntilAsync("pause");
            if (killed)
            {
                await probe.KillAsync();
            }
            else
            {
                await probe.GoOnAsync();
                await probe.EndAsync();
            }
        }

        disk.MakeReadOnly();
        await using var journal = new SqliteJournal(disk.File("store.db"));

        Assert.Equal(killed ? 30 : 31, (await journal.ReadAsync("probe", 0, 100)).Count);
        Assert.Single(await journal.ListAsync(new(Principal.Local, null, null, null, null, 10)));
        Assert.StartsWith("storage is read-only", journal.Refusal, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<StorageRefusedException>(() => journal.AcquireAsync("probe", "next"));
        Assert.Equal(StorageRefusal.ReadOnly, refused.Reason);
    }
}
