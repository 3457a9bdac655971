using System.Threading.Channels;
using OrleansAgents.Events;

namespace OrleansAgents.Testing.Tests;

/// <summary>Time passes when the test says so.</summary>
public sealed class TimeTests
{
    private readonly Desk _desk = new();
    private readonly TestTime _time = new(new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_retry_waits_for_the_clock_and_comes_with_it()
    {
        await using var agents = await _desk.StartAsync();
        agents.Model.Fails(401).Says("The key is good now.");
        var run = await agents.RunAsync("clerk", "Hello.");
        Assert.Equal(WaitReason.Provider, (await run.UntilWaiting()).Run.Reason);

        agents.Time.Advance(TimeSpan.FromMinutes(10));

        var journal = (await run.UntilEnded()).Completed("The key is good now.");
        Assert.Equal(TimeSpan.FromMinutes(10), journal.Run.EndedAt - journal.Run.CreatedAt);
    }

    [Fact]
    public async Task A_wait_whose_time_has_come_is_no_wait()
    {
        await using var agents = await _desk.StartAsync();
        agents.Model.Fails(503).Fails(503).Says("Up again.");
        var run = await agents.RunAsync("clerk", "Hello.");
        await run.UntilWaiting();

        agents.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal([1, 2], (await run.UntilWaiting()).All<ModelFailed>().Select(m => m.Attempt));
    }

    [Fact]
    public async Task A_tool_times_out_when_the_clock_has_moved_so_far()
    {
        await using var agents = await _desk.StartAsync();
        var called = new TaskCompletionSource();
        _desk.Slowness = cancellation =>
        {
            called.TrySetResult();
            return Task.Delay(Timeout.Infinite, cancellation);
        };
        agents.Model.Calls("read", new { line = "a" }).Says(r => r.LastText);
        var run = await agents.RunAsync("clerk", "Read a.");

        // The clock is moved beyond the first attempt's time, and that of its repetition.
        await called.Task.WaitAsync(TimeSpan.FromSeconds(30));
        called = new();
        agents.Time.Advance(TimeSpan.FromMinutes(11));
        await called.Task.WaitAsync(TimeSpan.FromSeconds(30));
        agents.Time.Advance(TimeSpan.FromMinutes(11));

        var failed = (await run.UntilEnded()).All<ToolFailed>();
        Assert.All(failed, f => Assert.Equal("timeout", f.Error.Code));
        Assert.Equal(2, failed.Count);
    }

    [Fact]
    public async Task A_run_starts_when_it_is_to()
    {
        await using var agents = await _desk.StartAsync();
        agents.Model.Says("Good morning.");
        var run = await agents.RunAsync(new("clerk", "Wake me.", StartAt: agents.Time.Now.AddHours(8)));
        Assert.Equal(WaitReason.Timer, (await run.UntilWaiting()).Run.Reason);

        agents.Time.Advance(TimeSpan.FromHours(8));

        (await run.UntilEnded()).Completed("Good morning.");
    }

    [Fact]
    public async Task Moving_the_clock_fires_what_is_due_by_then_and_nothing_else()
    {
        var (early, late, again) = (new Count(), new Count(), new Count());
        using var first = _time.CreateTimer(_ => early.Up(), null, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
        using var second = _time.CreateTimer(_ => late.Up(), null, TimeSpan.FromHours(3), Timeout.InfiniteTimeSpan);
        using var third = _time.CreateTimer(_ => again.Up(), null, TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        var since = _time.GetTimestamp();

        _time.Advance(TimeSpan.FromHours(2));
        await Task.WhenAll(early.Reaches(1), again.Reaches(1));
        _time.Advance(TimeSpan.FromHours(2));
        await Task.WhenAll(late.Reaches(1), again.Reaches(2));

        Assert.Equal((1, 1, 2), (early.Now, late.Now, again.Now));
        Assert.Equal(new DateTimeOffset(2030, 1, 1, 16, 0, 0, TimeSpan.Zero), _time.GetUtcNow());
        Assert.InRange(_time.GetElapsedTime(since), TimeSpan.FromHours(4), TimeSpan.FromHours(5));
    }

    [Fact]
    public async Task Timers_run_while_the_clock_stands()
    {
        var before = _time.Now;

        await Task.Delay(TimeSpan.FromMilliseconds(1), _time).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(before, _time.Now);
        Assert.Throws<ArgumentOutOfRangeException>(() => _time.Advance(TimeSpan.FromSeconds(-1)));
    }

    private sealed class Count
    {
        private readonly Channel<int> _ups = Channel.CreateUnbounded<int>();
        private int _now;

        public int Now => Volatile.Read(ref _now);

        public void Up() => _ups.Writer.TryWrite(Interlocked.Increment(ref _now));

        public async Task Reaches(int count)
        {
            while (await _ups.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)) < count)
            {
            }
        }
    }
}
