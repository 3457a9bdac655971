using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Testing;

/// <summary>Where silos are to die, in the order in which it was said.</summary>
internal sealed class ArmedCrashes
{
    private readonly Lock _lock = new();
    private readonly Queue<Point> _points = new();

    /// <summary>What has not come yet, in words; null when nothing is armed.</summary>
    public string? Next
    {
        get
        {
            lock (_lock)
            {
                return _points.TryPeek(out var point) ? $"{(point.After ? "after" : "before")} {point.Event}" : null;
            }
        }
    }

    public void Arm<T>(bool after, Func<T, bool>? when)
        where T : RunEvent
    {
        var name = EventCodec.Types.FirstOrDefault(t => t.Type == typeof(T)).Name
            ?? throw new ArgumentException($"{typeof(T).Name} is no event that a run records; name one of them, such as {nameof(ToolCompleted)}.");
        lock (_lock)
        {
            _points.Enqueue(new(name, after, e => when?.Invoke((T)e) != false));
        }
    }

    /// <summary>Whether the silo that writes this is to die, and then whether after the write; each point is met once.</summary>
    public bool Meets(Append append, out bool after)
    {
        lock (_lock)
        {
            if (_points.TryPeek(out var point) && append.Events.Any(e => e.Type == point.Event && point.When((RunEvent)e.Decode()!)))
            {
                after = _points.Dequeue().After;
                return true;
            }
        }

        after = false;
        return false;
    }

    private sealed record Point(string Event, bool After, Func<RunEvent, bool> When);
}

/// <summary>The writes of one silo, which dies where that is armed.</summary>
/// <param name="die">Cuts the silo off.</param>
internal sealed class MortalJournal(IJournal inner, ArmedCrashes armed, Action die) : JournalDecorator(inner)
{
    public override async Task<AppendOutcome> AppendAsync(Append append)
    {
        if (!armed.Meets(append, out var after))
        {
            return await base.AppendAsync(append);
        }

        if (after)
        {
            await base.AppendAsync(append);
        }

        die();
        throw new IOException("The process has crashed.");
    }
}
