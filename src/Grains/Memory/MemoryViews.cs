using OrleansAgents.Core.Memory;
using OrleansAgents.Events;
using OrleansAgents.Threads;

namespace OrleansAgents.Grains.Memory;

/// <summary>The memory as clients see it.</summary>
internal static class MemoryViews
{
    public static MemoryView Of(string threadId, MemoryState memory, int shown, IReadOnlyList<MemoryVersion> versions, Transcript transcript) => new(
        threadId, memory.Version, shown, versions,
        [.. memory.Versions[shown].Select(c => new SummaryView(
            c.Version, c.Level, c.FromTurn, c.ThroughTurn, c.By, c.Text ?? transcript.Told(c), c.Facts, c.TokensAfter, c.TokensBefore,
            [.. c.Dropped.Select(d => new DroppedView(d.Turn, d.Tokens, d.Why))]))],
        memory.Failure is { } f ? new(memory.FailedAt, f.Code, f.Message, f.Attempt, f.RetryAt) : null);

    /// <summary>Null for an event that makes no version.</summary>
    public static MemoryVersion? VersionOf(ThreadEvent e, DateTimeOffset at) => e switch
    {
        MemoryCompacted c => new(c.Version, at, "compacted", c.By, c.FromTurn, c.ThroughTurn, c.TokensBefore, c.TokensAfter, Usage: c.Usage),
        MemoryRestored r => new(r.Version, at, "restored", r.By, Restored: r.Restored),
        MemoryForgotten f => new(f.Version, at, "forgotten", null, f.Turn, f.Turn),
        _ => null,
    };
}
