namespace OrleansAgents.Grains.Lifecycle;

/// <summary>The runs whose events a shard owes its stream, each in its turn; a suspect takes its turn after one of the others. Thread-safe.</summary>
internal sealed class OutboxQueue
{
    /// <summary>Bytes of events held in memory for all runs; what is more is read from the journal in its turn.</summary>
    private const int MostHeld = 2 * 1024 * 1024;

    /// <summary>Runs that are remembered. What is more is offered again: by its next commit, or when it rests by its wake time.</summary>
    private const int MostRuns = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, OwedRun> _runs = [];
    private readonly Queue<string> _turns = new();
    private readonly Queue<string> _suspects = new();
    private TaskCompletionSource _added = New();
    private int _held;
    private bool _isTaken;
    private bool _isTurnOfSuspect;

    /// <summary>True while suspects wait for their turn.</summary>
    public bool HasSuspects
    {
        get
        {
            lock (_gate)
            {
                return _suspects.Count > 0;
            }
        }
    }

    /// <summary>Completes when a run is added.</summary>
    public Task Added
    {
        get
        {
            lock (_gate)
            {
                return (_added = _added.Task.IsCompleted ? New() : _added).Task;
            }
        }
    }

    /// <summary>True when nobody takes turns: the caller begins.</summary>
    /// <param name="next">What a commit added.</param>
    /// <param name="isAwaited">Whether somebody waits for <paramref name="turn"/>.</param>
    /// <param name="turn">Completes with the run's next turn.</param>
    public bool Add(in Outgoing next, bool isAwaited, out Task turn)
    {
        lock (_gate)
        {
            turn = Task.CompletedTask;
            var id = next.Header.Id;
            if (!_runs.TryGetValue(id, out var run))
            {
                if (_runs.Count >= MostRuns)
                {
                    return false;
                }

                _runs[id] = run = new();
                _turns.Enqueue(id);
                _added.TrySetResult();
            }

            _held -= run.Held;
            run.Add(next, MostHeld - _held - run.Held);
            _held += run.Held;
            turn = isAwaited ? run.Turn : turn;
            var begins = !_isTaken;
            _isTaken = true;
            return begins;
        }
    }

    /// <summary>The runs whose turn it is: a suspect alone, else about as many as fill a batch. None, and no suspects, ends the taking.</summary>
    /// <param name="isTrial">The stream refused before: one run tries it.</param>
    /// <param name="areSuspectsDue">Whether a suspect may have its turn.</param>
    public List<OwedRun> Take(bool isTrial, bool areSuspectsDue)
    {
        lock (_gate)
        {
            var from = areSuspectsDue && (_turns.Count == 0 || (_isTurnOfSuspect && _suspects.Count > 0)) ? _suspects : _turns;
            _isTurnOfSuspect = from == _turns;
            var taken = new List<OwedRun>();
            for (var events = 0L; events < Batches.Most && from.TryPeek(out var id);)
            {
                var run = _runs[id];
                if (taken.Count > 0 && (isTrial || run.IsSuspect || taken[0].IsSuspect))
                {
                    break;
                }

                from.Dequeue();
                _runs.Remove(id);
                _held -= run.Held;
                events += Math.Max(run.Owed, 1);
                taken.Add(run);
            }

            _isTaken = taken.Count > 0 || _suspects.Count > 0;
            return taken;
        }
    }

    /// <summary>Puts a run that is not published to its end behind the others.</summary>
    public void Return(OwedRun run)
    {
        lock (_gate)
        {
            if (_runs.TryGetValue(run.Id, out var newer))
            {
                // It has its place among the turns already.
                _held -= newer.Held;
                newer.EndTurn();
                run.Again(newer.Last);
            }
            else
            {
                (run.IsSuspect ? _suspects : _turns).Enqueue(run.Id);
                run.Again(null);
            }

            _runs[run.Id] = run;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
