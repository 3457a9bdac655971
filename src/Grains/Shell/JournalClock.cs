namespace OrleansAgents.Grains.Shell;

/// <summary>The wall clock, as finely as journals keep it.</summary>
internal static class JournalClock
{
    public static DateTimeOffset JournalNow(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return new(now.Ticks - (now.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }
}
