namespace OrleansAgents.Agents.Models.Answers;

/// <summary>How long a request to a model may last.</summary>
/// <param name="Stall">Without a byte on its connection.</param>
/// <param name="FirstToken">Until its answer begins.</param>
/// <param name="Most">Altogether.</param>
internal sealed record CallLimits(TimeSpan Stall, TimeSpan FirstToken, TimeSpan Most);

/// <summary>Which limit a request met.</summary>
internal enum CallLimit
{
    None,
    Stall,
    FirstToken,
    Most,

    /// <summary>The length that the request names.</summary>
    Length,

    /// <summary>The time of the run's budget.</summary>
    Budget,
}

/// <summary>Cuts a request that is silent for too long, never begins, or lasts too long. By the monotonic clock. Thread-safe.</summary>
/// <remarks>A sign of life costs one reading of the clock: the timer looks back when it fires, and is set again for the rest.</remarks>
internal sealed class CallWatch : IDisposable
{
    private static readonly AsyncLocal<CallWatch?> Flow = new();
    private readonly CallLimits _limits;
    private readonly TimeSpan? _budget;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _cut;
    private readonly ITimer _timer;
    private readonly long _began;
    private long _last;
    private volatile bool _hasBegun;
    private volatile CallLimit _met;

    public CallWatch(CallLimits limits, TimeSpan? budget, TimeProvider time, CancellationToken cancellation)
    {
        (_limits, _budget, _time) = (limits, budget, time);
        _cut = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _began = _last = time.GetTimestamp();
        _timer = time.CreateTimer(static watch => ((CallWatch)watch!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Flow.Value = this;
        Look();
    }

    /// <summary>That of the request in this flow; its transport tells it of every byte.</summary>
    public static CallWatch? Current => Flow.Value;

    /// <summary>Fires when the request is to end: by the caller or at a limit.</summary>
    public CancellationToken Token => _cut.Token;

    /// <summary>Why the watch cut the request; none while it did not.</summary>
    public CallLimit Met => _met;

    /// <summary>Something came, be it a comment.</summary>
    public void Seen() => Volatile.Write(ref _last, _time.GetTimestamp());

    /// <summary>A piece of the answer came.</summary>
    public void Began()
    {
        _hasBegun = true;
        Seen();
    }

    public void Dispose()
    {
        Flow.Value = null;
        _timer.Dispose();
        _cut.Dispose();
    }

    private void Look()
    {
        var lasted = _time.GetElapsedTime(_began);
        var (rest, limit) = (_limits.Stall - _time.GetElapsedTime(Volatile.Read(ref _last)), CallLimit.Stall);
        Earlier(_limits.Most - lasted, CallLimit.Most);
        if (!_hasBegun)
        {
            Earlier(_limits.FirstToken - lasted, CallLimit.FirstToken);
        }

        if (_budget is { } budget)
        {
            Earlier(budget - lasted, CallLimit.Budget);
        }

        try
        {
            if (rest > TimeSpan.Zero)
            {
                // Rounded up: a timer counts whole milliseconds.
                _ = _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(rest.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
                return;
            }

            _met = limit;
            _cut.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The request ended meanwhile.
        }

        void Earlier(TimeSpan left, CallLimit of) => (rest, limit) = left < rest ? (left, of) : (rest, limit);
    }
}
