using System.Diagnostics;

namespace OrleansAgents.Testing;

/// <summary>A clock that the test moves. What is due by then happens at once: retries, timers, tool timeouts, budgets of time.</summary>
/// <remarks>
/// The wall clock stands still between two <see cref="Advance"/>s, so that what waits for a time waits until the test says so. Timers run as they
/// always do and are moved along as well: the silo works on while the clock stands. Thread-safe.
/// </remarks>
public sealed class TestTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly HashSet<Timer> _timers = [];
    private readonly DateTimeOffset _start;
    private TimeSpan _advanced;

    internal TestTime(DateTimeOffset start) => _start = start;

    /// <summary>Where the clock stands.</summary>
    public DateTimeOffset Now => GetUtcNow();

    private TimeSpan Elapsed => System.GetElapsedTime(0) + _advanced;

    /// <summary>Moves the clock on. What becomes due runs beside the test: wait for what should follow.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        lock (_lock)
        {
            _advanced += by;
            foreach (var timer in _timers)
            {
                timer.Move();
            }
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return (_start + _advanced).ToUniversalTime();
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        lock (_lock)
        {
            return Stopwatch.GetTimestamp() + (long)(_advanced.TotalSeconds * Stopwatch.Frequency);
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>A real timer that is set anew when the clock is moved.</summary>
    private sealed class Timer : ITimer
    {
        private readonly TestTime _clock;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly ITimer _real;
        private TimeSpan? _due;
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public Timer(TestTime clock, TimerCallback callback, object? state)
        {
            (_clock, _callback, _state) = (clock, callback, state);
            _real = System.CreateTimer(static timer => ((Timer)timer!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            lock (clock._lock)
            {
                clock._timers.Add(this);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_clock._lock)
            {
                _due = dueTime == Timeout.InfiniteTimeSpan ? null : _clock.Elapsed + dueTime;
                _period = period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : period;
                return _real.Change(dueTime, _period);
            }
        }

        /// <summary>Called under the clock's lock.</summary>
        public void Move()
        {
            if (_due is { } due)
            {
                var left = due - _clock.Elapsed;
                _real.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, _period);
            }
        }

        public void Dispose()
        {
            lock (_clock._lock)
            {
                _clock._timers.Remove(this);
                _due = null;
            }

            _real.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire()
        {
            lock (_clock._lock)
            {
                // It fired by itself at the instant when the clock was moved: once is enough.
                if (_due is null)
                {
                    return;
                }

                _due = _period == Timeout.InfiniteTimeSpan ? null : _clock.Elapsed + _period;
            }

            _callback(_state);
        }
    }
}
