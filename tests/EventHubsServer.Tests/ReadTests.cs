using Azure.Messaging.EventHubs.Consumer;

namespace OrleansAgents.EventHubsServer.Tests;

public sealed class ReadTests : IAsyncDisposable
{
    private readonly EventHubServer _hub = EventHubServer.Start(Clients.Hub, partitions: 2);
    private readonly Clients _clients;

    public ReadTests() => _clients = new(_hub);

    public async ValueTask DisposeAsync()
    {
        await _clients.DisposeAsync();
        await _hub.DisposeAsync();
    }

    [Fact]
    public async Task Earliest_reads_everything()
    {
        await _clients.Producer().SendAsync("0", 1, 2, 3);

        Assert.Equal([1, 2, 3], await _clients.Receiver("0", EventPosition.Earliest).NumbersAsync(3));
    }

    [Fact]
    public async Task Latest_reads_only_what_comes_after_the_link()
    {
        await _clients.Producer().SendAsync("0", 1, 2, 3);
        var reading = _clients.Receiver("0", EventPosition.Latest).NumbersAsync(2);
        await _hub.UntilAsync(h => h.Links(LinkKinds.Receivers) == 1, "the consumer");

        await _clients.Producer().SendAsync("0", 4, 5);

        Assert.Equal([4, 5], await reading);
    }

    [Theory]
    [InlineData(true, new[] { 2, 3 })]
    [InlineData(false, new[] { 3 })]
    public async Task An_offset_counts_with_or_without_its_event(bool inclusive, int[] expected)
    {
        await _clients.Producer().SendAsync("0", 1, 2, 3);
        var offset = _hub.Events("0")[1].Offset.ToString();

        Assert.Equal(expected, await _clients.Receiver("0", EventPosition.FromOffset(offset, inclusive)).NumbersAsync(expected.Length));
    }

    [Theory]
    [InlineData(true, new[] { 2, 3 })]
    [InlineData(false, new[] { 3 })]
    public async Task A_sequence_number_counts_with_or_without_its_event(bool inclusive, int[] expected)
    {
        await _clients.Producer().SendAsync("0", 1, 2, 3);

        Assert.Equal(expected, await _clients.Receiver("0", EventPosition.FromSequenceNumber(1, inclusive)).NumbersAsync(expected.Length));
    }

    [Fact]
    public async Task A_time_reads_what_was_stored_after_it()
    {
        await _clients.Producer().SendAsync("0", 1, 2);
        var before = _hub.Events("0")[0].EnqueuedTime.AddMilliseconds(-1);

        Assert.Equal([1, 2], await _clients.Receiver("0", EventPosition.FromEnqueuedTime(before)).NumbersAsync(2));

        var reading = _clients.Receiver("0", EventPosition.FromEnqueuedTime(DateTimeOffset.UtcNow)).NumbersAsync(1);
        await _hub.UntilAsync(h => h.Links(LinkKinds.Receivers) == 2, "the second consumer");
        await _clients.Producer().SendAsync("0", 3);
        Assert.Equal([3], await reading);
    }

    [Fact]
    public async Task Several_consumers_read_a_partition_each_at_its_own_place()
    {
        await _clients.Producer().SendAsync("0", 1, 2, 3);

        Assert.Equal([1, 2, 3], await _clients.Receiver("0", EventPosition.Earliest).NumbersAsync(3));
        Assert.Equal([3], await _clients.Receiver("0", EventPosition.FromSequenceNumber(2)).NumbersAsync(1));
    }

    [Fact]
    public async Task No_more_events_come_than_a_consumer_gave_credit_for()
    {
        await _clients.Producer().SendAsync("0", [.. Enumerable.Range(0, 50)]);
        var receiver = _clients.Receiver("0", EventPosition.Earliest, prefetch: 0);

        Assert.Equal([0, 1, 2], await receiver.NumbersAsync(3));

        // The client closes a link that exceeds its credit and opens another, which would begin with what was read already.
        _hub.Faults = Faults.None with { RewindOnAttach = 3 };
        Assert.Equal(Enumerable.Range(3, 47), await receiver.NumbersAsync(47));
    }

    [Fact]
    public async Task The_consumer_client_reads_all_partitions_and_their_properties()
    {
        await _clients.Producer().SendAsync("0", 1, 2);
        await _clients.Producer().SendAsync("1", 3);
        var consumer = _clients.Consumer();
        using var patience = new CancellationTokenSource(Clients.Patience);

        var read = new List<int>();
        await foreach (var e in consumer.ReadEventsAsync(patience.Token))
        {
            read.Add(Traffic.Number(e.Data));
            if (read.Count == 3)
            {
                break;
            }
        }

        Assert.Equal([1, 2, 3], read.Order());
        var hub = await consumer.GetEventHubPropertiesAsync();
        Assert.Equal(Clients.Hub, hub.Name);
        Assert.Equal(["0", "1"], hub.PartitionIds);
        var partition = await consumer.GetPartitionPropertiesAsync("0");
        var last = _hub.Events("0")[^1];
        Assert.Equal((0, 1, last.Offset.ToString(), last.EnqueuedTime, false),
            (partition.BeginningSequenceNumber, partition.LastEnqueuedSequenceNumber, partition.LastEnqueuedOffsetString, partition.LastEnqueuedTime, partition.IsEmpty));
    }

    [Fact]
    public async Task A_partition_without_events_is_empty()
    {
        var partition = await _clients.Consumer().GetPartitionPropertiesAsync("1");

        Assert.True(partition.IsEmpty);
        Assert.Equal(-1, partition.LastEnqueuedSequenceNumber);
    }

    [Fact]
    public async Task A_bounded_partition_drops_its_oldest_events()
    {
        await using var hub = EventHubServer.Start(Clients.Hub, partitions: 1, maxEventsPerPartition: 2);
        await using var clients = new Clients(hub);
        await clients.Producer().SendAsync("0", 1, 2, 3);

        Assert.Equal([2, 3], await clients.Receiver("0", EventPosition.Earliest).NumbersAsync(2));
        Assert.Equal(1, (await clients.Consumer().GetPartitionPropertiesAsync("0")).BeginningSequenceNumber);
    }
}
