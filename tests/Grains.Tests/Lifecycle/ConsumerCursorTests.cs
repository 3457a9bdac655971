using OrleansAgents.Client.Lifecycle;
using OrleansAgents.Events;

namespace OrleansAgents.Grains.Tests.Lifecycle;

/// <summary>What a consumer takes as new, as known, and as missing.</summary>
public sealed class ConsumerCursorTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Each_event_is_new_once_and_one_behind_a_hole_does_not_follow()
    {
        var cursor = new ConsumerCursor(Start);
        Assert.True(cursor.Follows(Event(1)) && cursor.Take(Event(1)));
        Assert.True(cursor.Follows(Event(1)) && !cursor.Take(Event(1)));
        Assert.False(cursor.Follows(Event(3)));
        Assert.True(cursor.Follows(Event(2)) && cursor.Take(Event(2)));
    }

    [Fact]
    public void An_event_without_its_data_is_missing_until_it_was_read()
    {
        var cursor = new ConsumerCursor(Start);
        Assert.False(cursor.Follows(Event(1).WithoutData()));
        Assert.True(cursor.Take(Event(1)));
        Assert.True(cursor.Follows(Event(1).WithoutData()) && !cursor.Take(Event(1).WithoutData()));
    }

    [Fact]
    public void What_an_earlier_process_has_handled_is_not_new()
    {
        var cursor = new ConsumerCursor(Start.AddSeconds(2));
        Assert.Equal([false, false, true, true], Enumerable.Range(0, 4).Select(second => cursor.Take(Event(second + 1, second))));
    }

    [Fact]
    public void Ended_runs_are_forgotten_once_everything_of_their_time_is_handled()
    {
        var cursor = new ConsumerCursor(Start);
        cursor.Take(Event(1));
        cursor.Take(Event(2, 1, "run.completed"));
        cursor.Take(Event(1, 1) with { JournalId = "run_at_work" });
        cursor.Reconciled(Start.AddSeconds(1) + ConsumerCursor.Overlap);
        Assert.Equal(2, cursor.Count);
        cursor.Reconciled(Start.AddSeconds(2) + ConsumerCursor.Overlap);
        Assert.Equal(1, cursor.Count);
        Assert.Equal(1, cursor.SeqOf("run_at_work"));

        // What comes late of the forgotten one is older than what was handled.
        Assert.False(cursor.Take(Event(1)));
    }

    [Fact]
    public void Time_never_goes_back()
    {
        var cursor = new ConsumerCursor(Start);
        cursor.Reconciled(Start.AddHours(-1));
        Assert.Equal(Start, cursor.Since);
    }

    private static JournalEvent Event(long seq, int second = 0, string type = "run.started") =>
        new("run_1", seq, Start.AddSeconds(second), type, null, "{}"u8.ToArray());
}
