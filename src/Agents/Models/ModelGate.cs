using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;

namespace OrleansAgents.Agents.Models;

/// <summary>The way to one model, shared by all runs of this process: a number of places, first come first served, and one breaker.</summary>
/// <remarks>
/// Who asks waits here before the attempt is recorded, so that what is recorded is one request. While the provider is down, refuses
/// everybody, or has asked to be left alone, nothing passes but one probe at a time. A probe that is answered, whatever the answer,
/// opens the way for all. Thread-safe.
/// </remarks>
internal sealed class ModelGate : IDisposable
{
    /// <summary>Faults of the provider in a row that count as an outage.</summary>
    public const int Outage = 5;

    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource<bool?>> _waiting = [];
    private readonly int _places;
    private readonly TimeProvider _time;
    private readonly Action? _opened;
    private readonly ITimer _timer;
    private GatePassage _passage;
    private ModelOutage? _outage;
    private TimeSpan _pause = FirstPause;
    private (long Since, TimeSpan For) _shut;
    private int _inFlight, _faults, _refusals;

    /// <param name="opened">Called after a provider that had refused everybody answers again.</param>
    public ModelGate(int places, TimeProvider time, Action? opened = null)
    {
        (_places, _time, _opened) = (places, time, opened);
        _timer = time.CreateTimer(static gate => ((ModelGate)gate!).PauseIsOver(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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

    /// <summary>Why nobody passes but a probe; null while the way is free.</summary>
    public ModelOutage? Down
    {
        get
        {
            lock (_lock)
            {
                return _passage is GatePassage.Free ? null : _outage;
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
    /// <returns>Whether it is the probe; null when the model is not asked for longer than anybody waits here.</returns>
    public async Task<bool?> EnterAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var turn = new TaskCompletionSource<bool?>(TaskCreationOptions.RunContinuationsAsynchronously);
        LinkedListNode<TaskCompletionSource<bool?>> place;
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
    /// <returns>How long the provider is left alone from now on, or will be if the probe under way fails; null while it is not.</returns>
    public TimeSpan? Leave(ModelOutcome? outcome, bool probe)
    {
        var opens = false;
        TimeSpan? rest;
        lock (_lock)
        {
            _inFlight--;
            switch (outcome)
            {
                case ModelFault { Kind: FaultKind.Provider } fault when probe || _passage is GatePassage.Free:
                    Shut(RunPolicy.ProviderPause(_refusals++), WaitReason.Provider, fault);
                    break;
                case ModelFault { Kind: FaultKind.Provider }:
                    break;
                case ModelFault { RetryAfter: { } wish, Kind: FaultKind.Transient } fault when wish > TimeSpan.Zero:
                    Shut(wish, WaitReason.Retry, fault);
                    break;
                case ModelFault { IsOutage: true } fault:
                    _faults++;
                    if (probe || (_passage is GatePassage.Free && _faults >= Outage))
                    {
                        Shut(_pause, WaitReason.Retry, fault);
                        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
                    }

                    break;
                case not null:
                    opens = _refusals > 0;
                    (_faults, _refusals, _passage, _pause, _outage) = (0, 0, GatePassage.Free, FirstPause, null);
                    break;
                default:
                    _passage = probe && _passage is GatePassage.Probing ? GatePassage.Probe : _passage;
                    break;
            }

            LetIn();
            rest = _passage is GatePassage.Free ? null
                : _passage is GatePassage.Shut ? _outage!.Until - _time.GetUtcNow()
                : RunPolicy.ProviderPause(_refusals);
        }

        if (opens)
        {
            _opened?.Invoke();
        }

        return rest;
    }

    /// <summary>The pause is over now: the next request is the probe.</summary>
    public void Retry() => Rested();

    /// <summary>What is known of the provider is of another process: one request tries before all others.</summary>
    public void Doubt(RunError error)
    {
        lock (_lock)
        {
            if (_passage is GatePassage.Free && _inFlight == 0)
            {
                (_passage, _refusals, _outage) = (GatePassage.Probe, 1, new(WaitReason.Provider, error, _time.GetUtcNow()));
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>A longer pause that has begun stays; one that people have to end is not ended by a shorter one.</summary>
    private void Shut(TimeSpan pause, string reason, ModelFault fault)
    {
        var until = _time.GetUtcNow() + pause;
        if (_passage is GatePassage.Shut && _outage is { } now && now.Until >= until)
        {
            return;
        }

        // Every run of the model records why: words about one request are not for others.
        (_passage, _outage) = (GatePassage.Shut, new(reason, fault.Error with { Message = fault.Plain ?? fault.Error.Message }, until));
        _shut = (_time.GetTimestamp(), pause);
        _ = _timer.Change(pause, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The timer's callback may have been on its way when a longer pause began.</summary>
    private void PauseIsOver()
    {
        lock (_lock)
        {
            var left = _shut.For - _time.GetElapsedTime(_shut.Since);
            if (left <= TimeSpan.Zero)
            {
                Rested();
            }
            else
            {
                _ = _timer.Change(left, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Rested()
    {
        lock (_lock)
        {
            if (_passage is GatePassage.Shut)
            {
                // Who asks now stands behind the probe, and does not rest.
                (_passage, _outage) = (GatePassage.Probe, _outage! with { Until = _time.GetUtcNow() });
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

        // Who would wait too long is sent away, to rest.
        while (_passage is GatePassage.Shut && _waiting.First is { } first && _outage?.HoldAt(_time.GetUtcNow()) is not null)
        {
            _waiting.RemoveFirst();
            first.Value.SetResult(null);
        }
    }

    private bool MayPass => _passage is GatePassage.Probe || (_passage is GatePassage.Free && _inFlight < _places);

    private bool Pass()
    {
        var probe = _passage is GatePassage.Probe;
        _passage = probe ? GatePassage.Probing : _passage;
        _inFlight++;
        return probe;
    }
}
