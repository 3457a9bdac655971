using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Grains.Lifecycle;

/// <summary>How far a run's events are published, as known to one owner of it. Thread-safe.</summary>
internal sealed class Outlet(long published)
{
    private long _published = published;

    public long Published => Interlocked.Read(ref _published);

    public void Reached(long seq) => Interlocked.Exchange(ref _published, seq);
}

/// <summary>What a commit adds to the outbox.</summary>
/// <param name="Header">As the commit left it.</param>
/// <param name="Due">When the run moves by itself; what the header's wake time becomes once all is published.</param>
/// <param name="Events">Those of the commit.</param>
internal readonly record struct Outgoing(Outlet Outlet, JournalHeader Header, DateTimeOffset? Due, IReadOnlyList<JournalEvent> Events);
