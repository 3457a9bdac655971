using System.Collections.Immutable;
using OrleansAgents.Events;

namespace OrleansAgents.Core.Threads;

/// <summary>What the core knows of a thread: a fold of its events. Small however many turns it had.</summary>
internal sealed record ThreadState
{
    /// <summary>Messages that may wait for their turn.</summary>
    public const int MaxWaiting = 100;

    public static ThreadState Empty { get; } = new();

    public long Head { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public string Title { get; init; } = "";
    public bool Pinned { get; init; }
    public bool Archived { get; init; }

    /// <summary>When something was last said or answered.</summary>
    public DateTimeOffset ActiveAt { get; init; }

    public Principal Principal { get; init; } = Principal.Local;

    /// <summary>The agent of the newest turn.</summary>
    public string? Agent { get; init; }

    /// <summary>Turns so far, the active one included.</summary>
    public int Turns { get; init; }

    /// <summary>The turn at work.</summary>
    public TurnAccepted? Active { get; init; }

    /// <summary>When the active turn was accepted.</summary>
    public DateTimeOffset ActiveSince { get; init; }

    /// <summary>Messages that no run has recorded yet, oldest first.</summary>
    public ImmutableArray<MessageAccepted> Waiting { get; init; } = [];

    /// <summary>The newest version of the thread's memory; what it is, the memory grain folds.</summary>
    public int MemoryVersion { get; init; }

    /// <summary>It takes nothing more.</summary>
    public bool Closed { get; init; }

    public bool Exists => Head > 0;

    /// <summary>Messages that the run at work should see.</summary>
    public IEnumerable<MessageAccepted> Steers => Waiting.Where(m => m.Delivery == WhenBusy.Steer && m.RunId == Active?.RunId);

    /// <summary><c>Evolve</c>: the only way state comes to be.</summary>
    public static ThreadState Evolve(ThreadState s, ThreadEvent e, DateTimeOffset at)
    {
        s = s with { Head = s.Head + 1, UpdatedAt = at };
        return e switch
        {
            ThreadCreated c => s with { CreatedAt = at, ActiveAt = at, Title = c.Title, Principal = c.Principal },
            MessageAccepted m => s with { ActiveAt = at, Waiting = s.Waiting.Add(m) },
            MessageDelivered m => s with { Waiting = s.Waiting.RemoveAll(w => w.MessageId == m.MessageId) },
            MessageEdited m => s with { Waiting = [.. s.Waiting.Select(w => w.MessageId == m.MessageId ? w with { Input = m.Input } : w)] },
            MessageRemoved m => s with { Waiting = s.Waiting.RemoveAll(w => w.MessageId == m.MessageId) },
            TurnAccepted t => s with
            {
                ActiveAt = at,
                Archived = false,
                Active = t,
                ActiveSince = at,
                Turns = t.Turn,
                Agent = t.Agent,
                Waiting = s.Waiting.RemoveAll(w => w.MessageId == t.MessageId),
            },
            TurnEnded => s with { ActiveAt = at, Active = null },
            ThreadChanged c => s with { Title = c.Title ?? s.Title, Pinned = c.Pinned ?? s.Pinned, Archived = c.Archived ?? s.Archived },
            ThreadClosed => s with { Closed = true },
            MemoryCompacted m => s with { MemoryVersion = m.Version },
            MemoryRestored m => s with { MemoryVersion = m.Version },
            MemoryForgotten m => s with { MemoryVersion = m.Version },
            MemoryFailed => s,
            _ => throw new NotSupportedException($"No fold for {e.GetType().Name}."),
        };
    }
}
