using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrleansAgents.Client.Calls;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Hubs;
using OrleansAgents.Gateway.Streams;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Runs;
using Xunit;

namespace OrleansAgents.Gateway.Tests;

/// <summary>What watched lists cost: reads of the store, and memory for viewers that do not read.</summary>
public sealed class WatchRunsTests
{
    private static readonly Principal Ada = new("local", "ada");
    private static readonly Principal Bob = new("local", "bob");
    private static readonly Principal Witness = new("local", "witness");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The viewers' clock. Changes are gathered by the system's.</summary>
    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedRuns _runs = new();
    private readonly RunChanges _changes;
    private readonly HubRuns _hub;
    private (Action<JournalEvent> Take, Action Renewed)? _follower;
    private int _marks;

    public WatchRunsTests()
    {
        var caller = new Caller(GrainFactoryDouble.Of(_runs), TimeProvider.System, NullLogger<Caller>.Instance);
        _changes = new(Follow, caller, TimeProvider.System, NullLogger<RunChanges>.Instance);
        _hub = new(caller, _changes, _time);
    }

    private ScriptedLists Lists => _runs.Lists;

    [Fact]
    public async Task A_changed_run_is_read_once_however_many_watch_and_one_of_an_unwatched_user_once_at_all()
    {
        var viewers = Enumerable.Range(0, 20).Select(_ => Watch(Ada)).ToList();
        foreach (var viewer in viewers)
        {
            Assert.True((await viewer.NextAsync()).Anew);
        }

        for (var head = 1; head <= 5; head++)
        {
            Change(Ada, "run_a", head);
            Change(Bob, "run_b", head);
            foreach (var viewer in viewers)
            {
                Assert.Equal([("run_a", head)], Heads(await viewer.NextAsync()));
            }
        }

        Assert.Equal(5, Lists.Read.Count(id => id == "run_a"));
        Assert.Equal(1, Lists.Read.Count(id => id == "run_b"));

        var bob = Watch(Bob);
        Assert.Equal([("run_b", 5)], Heads(await bob.NextAsync()));
        Change(Bob, "run_b", 6);
        Assert.Equal([("run_b", 6)], Heads(await bob.NextAsync()));
    }

    [Fact]
    public async Task A_viewer_that_reads_late_is_told_of_each_run_once_and_of_too_many_by_the_whole_list()
    {
        var viewer = Watch(Ada);
        await viewer.NextAsync();
        for (var head = 1; head <= 3; head++)
        {
            Change(Ada, "run_a", head);
            await ToldAsync();
        }

        Assert.Equal([("run_a", 3)], Heads(await viewer.NextAsync()));

        Enumerable.Range(0, RunListViewer.MostWaiting + 1).ToList().ForEach(n => Change(Ada, $"run_{n:000}", 1));
        await ToldAsync();
        var item = await viewer.NextAsync();
        Assert.Equal((true, 50), (item.Anew, item.Items.Count));
    }

    [Fact]
    public async Task A_viewer_that_does_not_read_keeps_a_bounded_number_and_is_cut_after_its_patience()
    {
        var silent = new RunListViewer(Ada, new(), _time);
        await using var watching = _changes.Watch(silent);
        Assert.Null(await silent.NextAsync(TestContext.Current.CancellationToken));
        for (var n = 0; n < 2_000; n++)
        {
            Change(Ada, $"run_{n:0000}", 1);
        }

        await ToldAsync();
        Assert.InRange(silent.Waiting, 0, RunListViewer.MostWaiting);
        _time.Advance(SseWriter.Patience + TimeSpan.FromSeconds(1));
        Change(Ada, "run_last", 1);
        await LeftAsync();

        Assert.Equal("too_slow", (await silent.NextAsync(TestContext.Current.CancellationToken))?.Problem?.Code);
        Assert.Equal(0, silent.Waiting);
    }

    [Fact]
    public async Task A_cut_viewer_is_told_so_in_its_last_item()
    {
        var viewer = Watch(Ada);
        await viewer.NextAsync();
        Change(Ada, "run_a", 1);
        await ToldAsync();
        _time.Advance(SseWriter.Patience + TimeSpan.FromSeconds(1));
        Change(Ada, "run_a", 2);
        await LeftAsync();

        Assert.Equal("too_slow", (await viewer.NextAsync()).Problem?.Code);
        Assert.False(await viewer.MoveAsync());
    }

    [Fact]
    public async Task More_changes_in_a_moment_than_are_kept_begin_the_lists_anew()
    {
        var viewer = Watch(Ada);
        await viewer.NextAsync();
        Lists.Put(Ada, "run_a", 7);
        for (var n = 0; n <= RunChanges.MostChanged; n++)
        {
            _follower!.Value.Take(Event($"run_{n}", 1));
        }

        Assert.Equal([("run_a", 7)], Heads(await viewer.NextAsync()));
        Assert.Empty(Lists.Read);
    }

    [Fact]
    public async Task What_a_newer_list_has_shown_is_not_told_again_in_an_older_state()
    {
        var viewer = new RunListViewer(Ada, new(Status: RunStatus.Running), _time);
        viewer.Missed();
        Assert.Null(await viewer.NextAsync(TestContext.Current.CancellationToken));
        viewer.Changed(Run("run_a", 5));
        viewer.Changed(Run("run_b", 2));
        viewer.Shows([Run("run_a", 7)]);
        Assert.Equal([("run_b", 2)], Heads((await viewer.NextAsync(TestContext.Current.CancellationToken))!));

        // Matches no longer: told once.
        viewer.Changed(Run("run_a", 8, RunStatus.Completed));
        Assert.Equal([("run_a", 8)], Heads((await viewer.NextAsync(TestContext.Current.CancellationToken))!));
        viewer.Changed(Run("run_a", 9, RunStatus.Completed));
        viewer.Changed(Run("run_b", 3));
        Assert.Equal([("run_b", 3)], Heads((await viewer.NextAsync(TestContext.Current.CancellationToken))!));
    }

    [Fact]
    public async Task Runs_that_cannot_be_read_begin_the_lists_anew_and_the_next_change_is_told()
    {
        var viewer = Watch(Ada);
        await viewer.NextAsync();
        Lists.Failures.Enqueue(new InvalidOperationException("The reader is broken."));
        Change(Ada, "run_a", 1);
        var item = await viewer.NextAsync();
        Assert.Equal((true, 1), (item.Anew, item.Items.Count));
        Change(Ada, "run_a", 2);
        Assert.Equal([("run_a", 2)], Heads(await viewer.NextAsync()));
    }

    [Fact]
    public async Task Who_left_is_followed_for_no_longer()
    {
        var (one, two) = (Watch(Ada), Watch(Ada));
        await one.NextAsync();
        await two.NextAsync();
        await one.DisposeAsync();
        Assert.NotNull(_follower);
        await two.DisposeAsync();
        Assert.Null(_follower);
    }

    private static RunSummary Run(string id, long head, RunStatus status = RunStatus.Running) => new(
        id, null, "docs", "demo", status, null, head, "Hello.", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, null);

    private static JournalEvent Event(string id, long seq) => new(id, seq, DateTimeOffset.UnixEpoch, "run.started", null, "{}"u8.ToArray());

    private static IEnumerable<(string Id, long Head)> Heads(HubRunsItem item) => item.Items.Select(run => (run.Id, run.Head));

    private Viewer Watch(Principal principal) => new(_hub.WatchAsync(principal, new(), TestContext.Current.CancellationToken));

    private void Change(Principal principal, string id, long head)
    {
        Lists.Put(principal, id, head);
        _follower!.Value.Take(Event(id, head));
    }

    private IAsyncDisposable Follow(Action<JournalEvent> take, Action renewed)
    {
        _follower = (take, renewed);
        return new Leaving(() => _follower = null);
    }

    /// <summary>Waits until everything that has changed so far was told: a change after it, of a user of its own, was.</summary>
    private async Task ToldAsync()
    {
        var witness = new RunListViewer(Witness, new(), _time);
        await using var watching = _changes.Watch(witness);
        Assert.Null(await witness.NextAsync(TestContext.Current.CancellationToken));
        Change(Witness, "run_witness", ++_marks);
        await witness.NextAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
    }

    private async Task LeftAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        while (_follower is not null)
        {
            await Task.Delay(5, patience.Token);
        }
    }

    private sealed class Leaving(Action leave) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            leave();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>A client that asks for one item at a time, as SignalR does.</summary>
    private sealed class Viewer(IAsyncEnumerable<HubRunsItem> items) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<HubRunsItem> _items = items.GetAsyncEnumerator();

        public async Task<HubRunsItem> NextAsync()
        {
            Assert.True(await MoveAsync());
            return _items.Current;
        }

        public Task<bool> MoveAsync() => _items.MoveNextAsync().AsTask().WaitAsync(Patience);

        public ValueTask DisposeAsync() => _items.DisposeAsync();
    }
}
