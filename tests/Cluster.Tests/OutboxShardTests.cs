using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansAgents.Events;
using OrleansAgents.Grains.Lifecycle;
using OrleansAgents.Journal;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>What one event, one journal or a lost connection does to the other runs whose events share a lifecycle stream.</summary>
public sealed class OutboxShardTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TempFolder _folder = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<JournalEvent> _taken = new();
    private SqliteJournal _journal = null!;
    private OutboxShard _shard = null!;
    private Func<JournalEvent, bool> _refuses = _ => false;
    private Func<string, bool> _unreadable = _ => false;
    private Task _before = Task.CompletedTask;
    private int _tries;

    public ValueTask InitializeAsync()
    {
        _journal = new(_folder.File("agents.db"));
        var clock = new FastClock();
        _shard = new(new(SendAsync, new UnreadableJournal(_journal, id => _unreadable(id)), clock, NullLogger.Instance, _stop.Token), clock, NullLogger.Instance, _stop.Token);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _journal.DisposeAsync();
        _stop.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task An_event_that_the_stream_never_takes_is_left_out_and_everything_else_arrives(int poison)
    {
        var runs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CommitAsync(events: 5)));
        _refuses = e => e.JournalId == runs[3].Id && e.Seq == poison;

        runs.ToList().ForEach(Offer);
        await PublishedAsync([.. runs.Where((_, n) => n != 3)]);
        // The stream is known to take other events only while there are other events.
        for (var more = 0; (await HeaderAsync(runs[3])).PublishedSeq < 5; more++)
        {
            Assert.True(more < 100);
            var other = await CommitAsync(events: 1);
            Offer(other);
            await PublishedAsync([other]);
        }

        Assert.All(runs.Where((_, n) => n != 3), run => Assert.Equal([1, 2, 3, 4, 5], SeqsOf(run)));
        Assert.Equal(Enumerable.Range(1, 5).Where(seq => seq != poison).Select(seq => (long)seq), SeqsOf(runs[3]));
        Assert.All(_taken, e => Assert.True(e.HasData));
    }

    [Fact]
    public async Task An_event_whose_data_the_stream_never_takes_arrives_without_it_though_no_other_run_is_there()
    {
        var run = await CommitAsync(events: 5);
        _refuses = e => e is { Seq: 2, HasData: true };

        Offer(run);
        await PublishedAsync([run]);

        Assert.Equal([1, 2, 3, 4, 5], SeqsOf(run));
        Assert.Equal([true, false, true, true, true], _taken.Where(e => e.JournalId == run.Id).DistinctBy(e => e.Seq).Select(e => e.HasData));
    }

    [Fact]
    public async Task A_stream_that_was_away_gets_everything_with_its_data_once_it_is_back()
    {
        var runs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CommitAsync(events: 5)));
        _refuses = e => _tries < 6 || !e.HasData;

        runs.ToList().ForEach(Offer);
        await PublishedAsync(runs);

        Assert.True(_tries >= 6);
        Assert.All(runs, run => Assert.Equal([1, 2, 3, 4, 5], SeqsOf(run)));
        Assert.All(_taken, e => Assert.True(e.HasData));
    }

    [Fact]
    public async Task A_journal_that_cannot_be_read_for_now_holds_up_no_other_run_and_is_caught_up()
    {
        var runs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CommitAsync(events: 5)));
        _unreadable = id => id == runs[0].Id;

        // Those that nobody committed here: their events are read.
        var caughtUp = runs.Select(run => _shard.CatchUpAsync(new(new(0), run, null, []))).ToList();
        await Task.WhenAll(caughtUp).WaitAsync(Patience);
        await PublishedAsync(runs[1..]);
        Assert.Empty(SeqsOf(runs[0]));
        _unreadable = _ => false;
        await PublishedAsync(runs);

        Assert.All(runs, run => Assert.Equal([1, 2, 3, 4, 5], SeqsOf(run)));
    }

    [Fact]
    public async Task Who_waits_for_a_run_that_the_stream_refuses_is_told_and_may_ask_again()
    {
        var run = await CommitAsync(events: 5);
        _refuses = _ => true;
        await _shard.CatchUpAsync(new(new(0), run, null, [])).WaitAsync(Patience);
        await _shard.CatchUpAsync(new(new(0), run, null, [])).WaitAsync(Patience);
        Assert.Equal(0, (await HeaderAsync(run)).PublishedSeq);

        _refuses = _ => false;
        await PublishedAsync([run]);
        Assert.Equal([1, 2, 3, 4, 5], SeqsOf(run));
    }

    [Fact]
    public async Task A_run_that_owes_more_than_a_batch_is_published_in_turns()
    {
        var (much, little) = (await CommitAsync(events: 1_000), await CommitAsync(events: 1));

        await Task.WhenAll(_shard.CatchUpAsync(new(new(0), much, null, [])), _shard.CatchUpAsync(new(new(0), little, null, []))).WaitAsync(Patience);
        await PublishedAsync([much, little]);

        Assert.Equal(Enumerable.Range(1, 1_000).Select(seq => (long)seq), SeqsOf(much));
        Assert.True(_taken.ToList().FindIndex(e => e.JournalId == little.Id) < 512);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_offers_a_run_by_its_header_again_and_again_takes_it_no_step_back(bool poison)
    {
        var run = await CommitAsync(events: 2_000);
        _refuses = e => poison && e.JournalId == run.Id && e.Seq == 1_999;

        for (var offers = 0; (await HeaderAsync(run)).PublishedSeq < run.Head; offers++)
        {
            Assert.True(offers < 200, "It is offered again and again, and never published.");
            var other = await CommitAsync(events: 1);
            Offer(other);
            await _shard.CatchUpAsync(new(new(0), run, null, [])).WaitAsync(Patience);
        }

        Assert.Equal(Enumerable.Range(1, 2_000).Where(seq => !poison || seq != 1_999).Select(seq => (long)seq), SeqsOf(run));
        Assert.Equal(poison ? 1_999 : 2_000, _taken.Count(e => e.JournalId == run.Id));
    }

    [Fact]
    public async Task Many_runs_that_the_stream_refuses_hold_up_no_other()
    {
        var refused = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => CommitAsync(events: 1)));
        var ids = refused.Select(run => run.Id).ToHashSet();
        _refuses = e => ids.Contains(e.JournalId);
        var (first, offered) = (await CommitAsync(events: 1), new TaskCompletionSource());
        _before = offered.Task;
        Offer(first);
        refused.ToList().ForEach(Offer);
        offered.SetResult();
        await UntilAsync(() => _tries > 4);

        for (var n = 0; n < 10; n++)
        {
            var other = await CommitAsync(events: 1);
            var before = _tries;
            Offer(other);
            await PublishedAsync([other]);

            // Its own turn and those of at most two refused ones, each tried whole and without its data.
            Assert.InRange(_tries - before, 1, 6);
        }
    }

    /// <summary>The stream: takes a batch whole or not at all.</summary>
    private async Task SendAsync(IReadOnlyList<JournalEvent> batch)
    {
        await _before;
        _tries++;
        if (batch.Any(_refuses))
        {
            throw new InvalidOperationException("The stream cannot carry this.");
        }

        foreach (var e in batch)
        {
            _taken.Enqueue(e);
        }
    }

    /// <summary>Each in its first place.</summary>
    private IEnumerable<long> SeqsOf(JournalHeader run) => _taken.Where(e => e.JournalId == run.Id).Select(e => e.Seq).Distinct();

    private void Offer(JournalHeader run) => _shard.Offer(new(new(0), run, null, Events(run.Id, (int)run.Head)));

    /// <summary>A run at rest with so many events.</summary>
    private async Task<JournalHeader> CommitAsync(int events)
    {
        var id = JournalIds.NewRun();
        var lease = await _journal.AcquireAsync(id, null);
        var header = new JournalHeader(
            id, Principal.Local, null, "docs", "demo", RunStatus.Waiting, null, "Hello.", events, lease.Epoch, null,
            DateTimeOffset.UnixEpoch, 0, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, null);
        Assert.Equal(AppendOutcome.Committed, await _journal.AppendAsync(new(id, lease.Epoch, 0, Events(id, events), header, [], [])));
        return header;
    }

    private static List<JournalEvent> Events(string id, int count) =>
        [.. Enumerable.Range(1, count).Select(seq => new JournalEvent(id, seq, DateTimeOffset.UnixEpoch, "model.completed", null, "{}"u8.ToArray()))];

    private async Task<JournalHeader> HeaderAsync(JournalHeader run) => (await _journal.FindAsync(run.Id))!.Header;

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!holds())
        {
            await Task.Delay(20, patience.Token);
        }
    }

    private async Task PublishedAsync(IReadOnlyList<JournalHeader> runs)
    {
        using var patience = new CancellationTokenSource(Patience);
        foreach (var run in runs)
        {
            while ((await HeaderAsync(run)).PublishedSeq < run.Head)
            {
                await Task.Delay(20, patience.Token);
            }
        }
    }

    /// <summary>A thousand times as fast between two moments; timers run as they always do.</summary>
    private sealed class FastClock : TimeProvider
    {
        public override long GetTimestamp() => base.GetTimestamp() * 1_000;
    }

    private sealed class UnreadableJournal(IJournal inner, Func<string, bool> unreadable) : JournalDecorator(inner)
    {
        public override Task<IReadOnlyList<JournalEvent>> ReadAsync(string id, long after, int limit, CancellationToken cancellation = default) =>
            unreadable(id) ? throw new IOException("The page cannot be read.") : base.ReadAsync(id, after, limit, cancellation);
    }
}
