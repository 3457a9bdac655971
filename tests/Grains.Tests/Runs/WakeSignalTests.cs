using Microsoft.Extensions.Time.Testing;
using OrleansAgents.Grains.Shell;

namespace OrleansAgents.Grains.Tests.Runs;

public sealed class WakeSignalTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly FakeTimeProvider _time = new();
    private readonly WakeSignal _signal = new();

    [Fact]
    public async Task A_signal_ends_the_wait()
    {
        var wait = WaitAsync();
        Assert.False(wait.IsCompleted);

        _signal.Set();

        await wait.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_wait_without_a_signal_ends_after_its_pause()
    {
        var wait = WaitAsync();

        _time.Advance(Pause - TimeSpan.FromTicks(1));
        Assert.False(wait.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));

        await wait.WaitAsync(Patience);
    }

    [Fact]
    public async Task Signals_that_come_between_two_waits_end_one_wait()
    {
        _signal.Set();
        _signal.Set();

        await WaitAsync().WaitAsync(Patience);

        Assert.False(WaitAsync().IsCompleted);
    }

    [Fact]
    public async Task A_signal_after_many_waits_that_ended_by_their_pause_ends_the_present_one()
    {
        for (var n = 0; n < 100; n++)
        {
            var ended = WaitAsync();
            _time.Advance(Pause);
            await ended.WaitAsync(Patience);
        }

        var wait = WaitAsync();
        _signal.Set();

        await wait.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_wait_that_ended_by_its_pause_leaves_nothing_behind()
    {
        var clocks = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(ClockOfOneWaitAsync)));

        GC.Collect();
        GC.WaitForPendingFinalizers();

        Assert.DoesNotContain(clocks, clock => clock.IsAlive);
        GC.KeepAlive(_signal);
    }

    [Fact]
    public async Task A_wait_ends_when_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var wait = _signal.WaitAsync(Pause, _time, stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.WaitAsync(Patience));
    }

    private Task WaitAsync() => _signal.WaitAsync(Pause, _time, CancellationToken.None);

    /// <summary>Whatever is left of the wait refers to its timer, and so to its clock.</summary>
    private async Task<WeakReference> ClockOfOneWaitAsync()
    {
        var clock = new FakeTimeProvider();
        var wait = _signal.WaitAsync(Pause, clock, CancellationToken.None);
        clock.Advance(Pause);
        await wait.WaitAsync(Patience);
        return new(clock);
    }
}
