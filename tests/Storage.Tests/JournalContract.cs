using OrleansAgents.Events;
using OrleansAgents.Journal;
using Xunit;
using static OrleansAgents.Storage.Tests.Sample;

namespace OrleansAgents.Storage.Tests;

/// <summary>What every store promises about appends, leases and commands.</summary>
public abstract partial class JournalContract : IAsyncLifetime
{
    /// <summary>The store under test; empty at the start of each test.</summary>
    internal abstract IJournal Journal { get; }

    public abstract ValueTask InitializeAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_unknown_id_gives_a_first_lease_and_writes_nothing()
    {
        var lease = await Journal.AcquireAsync("r", "silo-a");

        Assert.Equal((1L, 0L, null, null, null), (lease.Epoch, lease.PreviousEpoch, lease.PreviousOwner, lease.Header, lease.Snapshot));
        Assert.Empty(lease.Tail);
        Assert.Null(await Journal.FindAsync("r"));
        Assert.Empty(await Journal.ReadAsync("r", 0, 10));
        Assert.Null(await Journal.FindCommandAsync("r", "start"));
    }

    [Fact]
    public async Task What_was_appended_is_read_back_unchanged()
    {
        Assert.Equal(AppendOutcome.Committed, await Journal.AppendAsync(Append("r", 0, 3)));
        Assert.Equal(AppendOutcome.Committed, await Journal.AppendAsync(Append("r", 3, 2)));

        Assert.Equal(Expected("r", 1, 5), Words(await Journal.ReadAsync("r", 0, 100)));
        Assert.Equal(Expected("r", 3, 4), Words(await Journal.ReadAsync("r", 2, 2)));
        Assert.Empty(await Journal.ReadAsync("r", 5, 10));
        Assert.Empty(await Journal.ReadAsync("r", 9, 10));
        Assert.Empty(await Journal.ReadAsync("r", long.MaxValue, int.MaxValue));
        Assert.Empty(await Journal.ReadAsync("r", long.MaxValue - 1, 10));
        Assert.Equal(Expected("r", 5, 5), Words(await Journal.ReadAsync("r", 4, int.MaxValue)));
        Assert.Equal(Expected("r", 1, 2), Words(await Journal.ReadAsync("r", -1, 2)));
        Assert.Equal(Header("r", 5), (await Journal.FindAsync("r"))!.Header);
    }

    [Fact]
    public async Task Every_column_of_a_header_is_kept()
    {
        var header = new JournalHeader(
            "r", new("t", "u"), null, "a", "m", RunStatus.Waiting, "retry", "Summary 👋", 1, 1, null, Start.AddHours(1), 1,
            Start, Start.AddSeconds(1), Start.AddSeconds(2));
        await Journal.AppendAsync(Append("r", 0, 1) with { Header = header });

        Assert.Equal(header, (await Journal.FindAsync("r"))!.Header);

        header = header with { Head = 2, Reason = null, Owner = "silo-b", WakeAt = null, EndedAt = null, Summary = "Other", Model = "n" };
        await Journal.AppendAsync(Append("r", 1, 1) with { Header = header });
        Assert.Equal(header, (await Journal.FindAsync("r"))!.Header);
    }

    [Fact]
    public async Task Acquiring_fences_every_earlier_lease()
    {
        await Journal.AppendAsync(Append("r", 0, 2));

        var lease = await Journal.AcquireAsync("r", "silo-b");

        Assert.Equal((2L, 1L, "silo-a", "silo-b", 2L), (lease.Epoch, lease.PreviousEpoch, lease.PreviousOwner, lease.Header!.Owner, lease.Header.Head));
        Assert.Equal(Expected("r", 1, 2), Words(lease.Tail));
        Assert.Equal(AppendOutcome.Fenced, await Journal.AppendAsync(Append("r", 2, 1)));
        Assert.Equal(AppendOutcome.Committed, await Journal.AppendAsync(Append("r", 2, 1, epoch: 2)));
        Assert.Equal(3, (await Journal.ReadAsync("r", 0, 10)).Count);
    }

    [Fact]
    public async Task Of_two_that_create_the_same_journal_one_is_fenced()
    {
        await Journal.AcquireAsync("r", "silo-a");
        await Journal.AcquireAsync("r", "silo-b");

        Assert.Equal(AppendOutcome.Committed, await Journal.AppendAsync(Append("r", 0, 0, commands: new RecordedCommand("a", "h", 0))));
        Assert.Equal(AppendOutcome.Fenced, await Journal.AppendAsync(Append("r", 0, 1)));
        Assert.Empty(await Journal.ReadAsync("r", 0, 10));
    }

    [Fact]
    public async Task An_append_at_another_head_is_fenced_and_leaves_nothing()
    {
        await Journal.AppendAsync(Append("r", 0, 2));

        var body = Body("left behind?");
        var wrong = Append("r", 1, 1, commands: new RecordedCommand("c", "h", 2)) with { Bodies = [body] };
        Assert.Equal(AppendOutcome.Fenced, await Journal.AppendAsync(wrong));

        Assert.Equal(Header("r", 2), (await Journal.FindAsync("r"))!.Header);
        Assert.Null(await Journal.FindCommandAsync("r", "c"));
        Assert.Null(await Journal.ReadBodyAsync("r", body.Ref));
        Assert.Equal(AppendOutcome.Fenced, await Journal.AppendAsync(Append("unknown", 1, 1)));
        Assert.Null(await Journal.FindAsync("unknown"));
    }

    [Fact]
    public async Task A_fenced_entry_is_skipped_alone()
    {
        await Task.WhenAll(Enumerable.Range(0, 40).Select(n => Journal.AppendAsync(Append($"r{n}", 0, 1))));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => Journal.AppendAsync(Append($"r{n}", n == 17 ? 7 : 1, 2))));

        Assert.Equal(Enumerable.Range(0, 40).Select(n => n == 17 ? AppendOutcome.Fenced : AppendOutcome.Committed), outcomes);
        for (var n = 0; n < 40; n++)
        {
            Assert.Equal(Expected($"r{n}", 1, n == 17 ? 1 : 3), Words(await Journal.ReadAsync($"r{n}", 0, 10)));
        }
    }

    [Fact]
    public async Task A_command_recorded_twice_fails_alone_and_leaves_nothing()
    {
        await Journal.AppendAsync(Append("r", 0, 1, commands: new RecordedCommand("c", "h", 1)));

        var others = Enumerable.Range(0, 20).Select(n => Journal.AppendAsync(Append($"o{n}", 0, 1))).ToList();
        var twice = Journal.AppendAsync(Append("r", 1, 1, commands: new RecordedCommand("c", "other", 2)));
        others.AddRange(Enumerable.Range(20, 20).Select(n => Journal.AppendAsync(Append($"o{n}", 0, 1))));

        await Assert.ThrowsAsync<InvalidOperationException>(() => twice);
        Assert.All(await Task.WhenAll(others), o => Assert.Equal(AppendOutcome.Committed, o));
        Assert.Equal(new RecordedCommand("c", "h", 1), await Journal.FindCommandAsync("r", "c"));
        Assert.Equal(Header("r", 1), (await Journal.FindAsync("r"))!.Header);
        Assert.Null(Journal.Refusal);
        Assert.Equal(AppendOutcome.Committed, await Journal.AppendAsync(Append("r", 1, 1)));
    }

    [Fact]
    public async Task An_entry_that_cannot_be_stored_fails_alone_and_leaves_nothing()
    {
        await Journal.AppendAsync(Append("r", 0, 1));

        var broken = Append("r", 1, 2);
        broken = broken with { Events = [broken.Events[0], broken.Events[1] with { Data = null! }] };
        var failing = Journal.AppendAsync(broken);
        var other = Journal.AppendAsync(Append("o", 0, 1));

        await Assert.ThrowsAnyAsync<Exception>(() => failing);
        Assert.Equal(AppendOutcome.Committed, await other);
        Assert.Equal(Header("r", 1), (await Journal.FindAsync("r"))!.Header);
        Assert.Single(await Journal.ReadAsync("r", 0, 10));
        Assert.Equal(AppendOutcome.Committed, await Journal.AppendAsync(Append("r", 1, 1)));
    }

    [Fact]
    public async Task A_command_without_events_is_recorded()
    {
        await Journal.AppendAsync(Append("r", 0, 1));
        Assert.Equal(AppendOutcome.Committed, await Journal.AppendAsync(Append("r", 1, 0, commands: new RecordedCommand("c", "h", 1))));

        Assert.Equal(new RecordedCommand("c", "h", 1), await Journal.FindCommandAsync("r", "c"));
        Assert.Null(await Journal.FindCommandAsync("r", "d"));
        Assert.Equal(1, (await Journal.FindAsync("r"))!.Header.Head);
    }

    [Fact]
    public async Task Of_many_who_append_at_the_same_head_one_wins()
    {
        await Journal.AppendAsync(Append("r", 0, 1));

        for (var head = 1; head <= 20; head++)
        {
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Journal.AppendAsync(Append("r", head, 1)))));
            Assert.Single(outcomes, AppendOutcome.Committed);
        }

        Assert.Equal(Expected("r", 1, 21), Words(await Journal.ReadAsync("r", 0, 100)));
    }

    protected static IEnumerable<string> Expected(string id, long from, long through) =>
        Enumerable.Range((int)from, (int)(through - from + 1)).Select(n => Event(id, n).Words());

    protected static IEnumerable<string> Words(IEnumerable<JournalEvent> events) => events.Select(e => e.Words());
}
