namespace OrleansAgents.Execution;

/// <summary>The way to one model, shared by all runs of this process: a number of places, first come first served, and one breaker.</summary>
/// <remarks>
/// Who asks waits here before the attempt is recorded, so that what is recorded is one request. While the provider is down, or has
/// asked to be left alone, nothing passes but one probe at a time; its answer, whatever it says, opens the way for all. Thread-safe.
/// </remarks>
internal sealed class ModelGate : IDisposable
{
    /// <summary>Faults of the provider in a row that count as an outage.</summary>
    public const int Outage = 5;

    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource<bool>> _waiting = [];
    private readonly int _places;
    private readonly ITimer _timer;
    private Passage _passage;
    private TimeSpan _pause = FirstPause;
    private int _inFlight;
    private int _faults;

    public ModelGate(int places, TimeProvider time)
    {
        _places = places;
        _timer = time.CreateTimer(static gate => ((ModelGate)gate!).Rested(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private enum Passage
    {
        /// <summary>As many as there are places.</summary>
        Free,

        /// <summary>Nobody, until the pause is over.</summary>
        Shut,

        /// <summary>One, to try.</summary>
        Probe,

        /// <summary>Nobody else while that one is on its way.</summary>
        Probing,
    }

    /// <summary>Who waits for a place.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Whether the provider is taken to be down.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_lock)
            {
                return _passage != Passage.Free;
            }
        }
    }

    /// <summary>Takes a place if one is free and nobody waits. Who entered must <see cref="Leave"/>.</summary>
    /// <returns>Whether it is the probe; null when there is no place.</returns>
    public bool? TryEnter()
    {
        lock (_lock)
        {
            return _waiting.Count == 0 && MayPass ? Pass() : null;
        }
    }

    /// <summary>Completes when a request may leave. Who entered must <see cref="Leave"/>.</summary>
    /// <returns>Whether it is the probe.</returns>
    public async Task<bool> EnterAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var turn = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        LinkedListNode<TaskCompletionSource<bool>> place;
        lock (_lock)
        {
            place = _waiting.AddLast(turn);
            LetIn();
        }

        if (turn.Task.IsCompleted)
        {
            return turn.Task.Result;
        }

        using var cut = cancellation.UnsafeRegister(static (state, token) => ((Action<CancellationToken>)state!)(token), (Action<CancellationToken>)GiveUp);
        return await turn.Task;

        void GiveUp(CancellationToken token)
        {
            lock (_lock)
            {
                if (place.List is not null)
                {
                    _waiting.Remove(place);
                    turn.SetCanceled(token);
                }
            }
        }
    }

    /// <param name="outcome">How the attempt ended; null for one that was cut, which says nothing of the provider.</param>
    /// <param name="probe">As <see cref="EnterAsync"/> said: what others still have under way decides nothing.</param>
    public void Leave(ModelOutcome? outcome, bool probe)
    {
        lock (_lock)
        {
            _inFlight--;
            var fault = outcome as ModelFault;
            if (fault is { RetryAfter: { } wish, Kind: ModelFaultKind.Transient } && wish > TimeSpan.Zero)
            {
                Shut(wish);
            }
            else if (fault is { IsOutage: true })
            {
                _faults++;
                if (probe || (_passage is Passage.Free && _faults >= Outage))
                {
                    Shut(_pause);
                    _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
                }
            }
            else if (outcome is not null)
            {
                (_faults, _passage, _pause) = (0, Passage.Free, FirstPause);
            }
            else if (probe && _passage is Passage.Probing)
            {
                _passage = Passage.Probe;
            }

            LetIn();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Shut(TimeSpan pause)
    {
        _passage = Passage.Shut;
        _ = _timer.Change(pause, Timeout.InfiniteTimeSpan);
    }

    private void Rested()
    {
        lock (_lock)
        {
            if (_passage is Passage.Shut)
            {
                _passage = Passage.Probe;
                LetIn();
            }
        }
    }

    private void LetIn()
    {
        while (_waiting.First is { } first && MayPass)
        {
            _waiting.RemoveFirst();
            first.Value.SetResult(Pass());
        }
    }

    private bool MayPass => _passage is Passage.Probe || (_passage is Passage.Free && _inFlight < _places);

    private bool Pass()
    {
        var probe = _passage is Passage.Probe;
        _passage = probe ? Passage.Probing : _passage;
        _inFlight++;
        return probe;
    }
}
