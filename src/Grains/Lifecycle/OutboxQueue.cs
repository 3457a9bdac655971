namespace OrleansAgents.Lifecycle;

/// <summary>The runs whose events a shard owes its stream, each in its turn. Thread-safe.</summary>
internal sealed class OutboxQueue
{
    /// <summary>Events held in memory for all runs; what is more is read from the journal in its turn.</summary>
    private const int MostHeld = 4_096;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, OwedRun> _runs = [];
    private readonly Queue<string> _turns = new();
    private int _held;
    private bool _isTaken;

    /// <summary>True when nobody is taking turns: the caller begins.</summary>
    public bool Add(in Outgoing next) => Add(next, isAwaited: false, out _);

    /// <param name="next">What a commit added.</param>
    /// <param name="isAwaited">Whether somebody waits for <paramref name="told"/>.</param>
    /// <param name="told">Completes with the run's turn.</param>
    public bool Add(in Outgoing next, bool isAwaited, out Task told)
    {
        lock (_gate)
        {
            var id = next.Header.Id;
            if (!_runs.TryGetValue(id, out var run))
            {
                _runs[id] = run = new();
                _turns.Enqueue(id);
            }

            _held -= run.Held;
            run.Add(next, MostHeld - _held - run.Held);
            _held += run.Held;
            told = isAwaited ? run.Told : Task.CompletedTask;
            var begins = !_isTaken;
            _isTaken = true;
            return begins;
        }
    }

    /// <summary>The runs whose turn it is: a suspect alone, else about as many as fill a batch. None ends the taking.</summary>
    /// <param name="one">Take one run, to try a stream that refused.</param>
    public List<OwedRun> Take(bool one)
    {
        lock (_gate)
        {
            var taken = new List<OwedRun>();
            for (var events = 0; events < Batches.Most && _turns.TryPeek(out var id);)
            {
                var run = _runs[id];
                if (taken.Count > 0 && (one || run.IsSuspect || taken[0].IsSuspect))
                {
                    break;
                }

                _turns.Dequeue();
                _runs.Remove(id);
                _held -= run.Held;
                events += run.Held + 1;
                taken.Add(run);
            }

            _isTaken = taken.Count > 0;
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
                _held -= newer.Held;
                newer.Tell();
                run.Again(newer.Last);
            }
            else
            {
                _turns.Enqueue(run.Id);
                run.Again(null);
            }

            _runs[run.Id] = run;
        }
    }
}
