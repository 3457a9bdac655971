namespace OrleansAgents.Execution;

/// <summary>Cuts a request that has been silent for too long.</summary>
/// <remarks>An update costs one reading of the clock: the timer looks back when it fires, and is set again for the rest.</remarks>
internal sealed class StallWatch : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _cut;
    private readonly ITimer _timer;
    private long _last;
    private volatile bool _fired;

    public StallWatch(TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        _limit = limit;
        _time = time;
        _cut = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _last = time.GetTimestamp();
        _timer = time.CreateTimer(static watch => ((StallWatch)watch!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _ = _timer.Change(limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Fires when the request is to end: by the caller or by silence.</summary>
    public CancellationToken Token => _cut.Token;

    public bool Fired => _fired;

    /// <summary>An update came.</summary>
    public void Seen() => Volatile.Write(ref _last, _time.GetTimestamp());

    public void Dispose()
    {
        _timer.Dispose();
        _cut.Dispose();
    }

    private void Look()
    {
        var rest = _limit - _time.GetElapsedTime(Volatile.Read(ref _last));
        try
        {
            if (rest > TimeSpan.Zero)
            {
                // Rounded up: a timer counts whole milliseconds.
                _ = _timer.Change(rest + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
                return;
            }

            _fired = true;
            _cut.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The request ended meanwhile.
        }
    }
}
