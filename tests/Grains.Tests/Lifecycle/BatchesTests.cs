using OrleansAgents.Events;
using OrleansAgents.Grains.Lifecycle;

namespace OrleansAgents.Grains.Tests.Lifecycle;

public sealed class BatchesTests
{
    [Theory]
    [InlineData(600, 10, new[] { 256, 256, 88 })]
    [InlineData(20, 64 * 1024, new[] { 8, 8, 4 })]
    [InlineData(3, 512 * 1024, new[] { 1, 1, 1 })]
    [InlineData(0, 0, new int[0])]
    public void A_batch_is_bounded_in_number_and_bytes_and_nothing_is_left_out(int count, int bytes, int[] sizes)
    {
        var events = Enumerable.Range(1, count).Select(n => Event(n, bytes)).ToList();

        var batches = Batches.Of(events).ToList();

        Assert.Equal(sizes, batches.Select(b => b.Count));
        Assert.Equal(events, batches.SelectMany(b => b));
    }

    [Fact]
    public void An_event_that_no_message_can_carry_travels_without_its_data()
    {
        var events = new[] { Event(1, 10), Event(2, 2 * 1024 * 1024), Event(3, 10) };

        var batch = Assert.Single(Batches.Of(events));

        Assert.Equal([true, false, true], batch.Select(e => e.HasData));
        Assert.Equal(events.Select(e => (e.Seq, e.Type)), batch.Select(e => (e.Seq, e.Type)));
    }

    private static JournalEvent Event(long seq, int bytes) => new("run_1", seq, default, "x", null, new byte[bytes]);
}
