using Microsoft.Data.Sqlite;
using OrleansAgents.Journal;
using OrleansAgents.Storage.Sqlite;
using Xunit;
using static OrleansAgents.Storage.Tests.Sample;

namespace OrleansAgents.Storage.Tests;

/// <summary>The writer lives on whatever happens to one group, and tells every entry how it ended.</summary>
public sealed class WriterTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("writer-").FullName;
    private SqliteJournal _journal = null!;

    private string Path1 => Path.Combine(_folder, "store.db");

    public ValueTask InitializeAsync()
    {
        _journal = new SqliteJournal(Path1);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_connection_that_is_lost_is_replaced_and_nobody_waits_for_ever()
    {
        await _journal.AppendAsync(Append("r", 0, 1));

        var lost = _journal.WriteAsync("", w =>
        {
            w.Dispose();
            return true;
        });

        await Assert.ThrowsAnyAsync<Exception>(() => lost);
        Assert.Equal(AppendOutcome.Committed, await _journal.AppendAsync(Append("r", 1, 1)));
        Assert.Null(_journal.Refusal);
    }

    [Theory]
    [InlineData(18)]
    [InlineData(20)]
    [InlineData(25)]
    public async Task An_entry_that_SQLite_cannot_take_fails_alone(int code)
    {
        var wrong = _journal.WriteAsync<bool>("", _ => throw new SqliteException("Too big, of another type, or out of range.", code));
        var other = _journal.AppendAsync(Append("r", 0, 1));

        await Assert.ThrowsAsync<SqliteException>(() => wrong);
        Assert.Equal(AppendOutcome.Committed, await other);
        Assert.Null(_journal.Refusal);
    }

    [Theory]
    [InlineData(8, StorageRefusal.ReadOnly)]
    [InlineData(10, StorageRefusal.Io)]
    [InlineData(13, StorageRefusal.Full)]
    public async Task A_store_that_fails_refuses_the_whole_group_until_it_takes_one(int code, StorageRefusal reason)
    {
        await _journal.AppendAsync(Append("r", 0, 1));

        // While the writer is held, both entries come to wait for the same group.
        var (held, release) = Hold();
        await held;
        var fails = _journal.WriteAsync<bool>("", _ => throw new SqliteException("The disk says no.", code));
        var beside = _journal.AppendAsync(Append("r", 1, 1));
        release.Set();

        Assert.Equal(reason, (await Assert.ThrowsAsync<StorageRefusedException>(() => fails)).Reason);
        Assert.Equal(reason, (await Assert.ThrowsAsync<StorageRefusedException>(() => beside)).Reason);
        Assert.Contains("storage", _journal.Refusal, StringComparison.Ordinal);
        Assert.Single(await _journal.ReadAsync("r", 0, 10));
        Assert.Equal(AppendOutcome.Committed, await _journal.AppendAsync(Append("r", 1, 1)));
        Assert.Null(_journal.Refusal);
    }

    [Fact]
    public async Task Damage_found_by_a_write_names_its_journal()
    {
        var damaged = _journal.WriteAsync<bool>("r", _ => throw new SqliteException("database disk image is malformed", 11));

        Assert.Equal("r", (await Assert.ThrowsAsync<JournalDamagedException>(() => damaged)).Id);
        Assert.Equal(AppendOutcome.Committed, await _journal.AppendAsync(Append("o", 0, 1)));
    }

    [Fact]
    public async Task What_waits_when_the_journal_closes_is_still_written()
    {
        var (held, release) = Hold();
        await held;
        var waiting = Enumerable.Range(0, 20).Select(n => _journal.AppendAsync(Append($"r{n}", 0, 1))).ToList();
        release.Set();
        await _journal.DisposeAsync();

        Assert.All(await Task.WhenAll(waiting), o => Assert.Equal(AppendOutcome.Committed, o));
        Assert.Throws<ObjectDisposedException>(() => { _ = _journal.AppendAsync(Append("r", 0, 1)); });
        _journal = new SqliteJournal(Path1);
        Assert.Equal(20, (await _journal.ListAsync(new(Events.Principal.Local, null, null, null, null, 100))).Count);
    }

    private (Task Held, ManualResetEventSlim Release) Hold()
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new ManualResetEventSlim();
        _ = _journal.WriteAsync("", _ =>
        {
            held.TrySetResult();
            release.Wait();
            return true;
        });
        return (held.Task, release);
    }
}
