using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Consumer;
using Azure.Messaging.EventHubs.Producer;

namespace OrleansAgents.EventHubsServer.Tests;

public sealed class SendTests : IAsyncDisposable
{
    private readonly EventHubServer _hub = EventHubServer.Start(Clients.Hub);
    private readonly Clients _clients;

    public SendTests() => _clients = new(_hub);

    public async ValueTask DisposeAsync()
    {
        await _clients.DisposeAsync();
        await _hub.DisposeAsync();
    }

    [Fact]
    public async Task Events_are_read_in_the_order_in_which_they_were_sent()
    {
        await _clients.Producer().SendOneByOneAsync("0", 1, 2, 3);

        Assert.Equal([1, 2, 3], await _clients.Receiver("0", EventPosition.Earliest).NumbersAsync(3));
        Assert.Equal(3, _hub.Count);
    }

    [Fact]
    public async Task An_event_carries_its_body_its_properties_and_its_place_in_the_partition()
    {
        var sent = new EventData("text") { MessageId = "m1", CorrelationId = "c1", ContentType = "text/plain", Properties = { ["number"] = 7, ["word"] = "seven" } };
        await _clients.Producer().SendAsync([sent, new("other")], new SendEventOptions { PartitionId = "1" });

        var read = await _clients.Receiver("1", EventPosition.Earliest).ReadAsync(2);

        Assert.Equal(("text", "m1", "c1", "text/plain"), (read[0].EventBody.ToString(), read[0].MessageId, read[0].CorrelationId, read[0].ContentType));
        Assert.Equal((7, "seven"), (read[0].Properties["number"], read[0].Properties["word"]));
        Assert.Equal([0, 1], read.Select(e => e.SequenceNumber));
        var stored = _hub.Events("1");
        Assert.Equal(stored.Select(e => e.Offset.ToString()), read.Select(e => e.OffsetString));
        Assert.Equal(stored.Select(e => e.EnqueuedTime), read.Select(e => e.EnqueuedTime));
        Assert.Equal("seven", stored[0].Properties["word"]);
        Assert.NotEqual(1, stored[1].Offset);
    }

    [Fact]
    public async Task A_batch_arrives_as_single_events_in_one_partition()
    {
        using var batch = await _clients.Producer().CreateBatchAsync(new CreateBatchOptions { PartitionId = "2" });
        foreach (var e in Traffic.Events([.. Enumerable.Range(0, 500)]))
        {
            Assert.True(batch.TryAdd(e));
        }

        await _clients.Producer().SendAsync(batch);

        Assert.Equal(Enumerable.Range(0, 500), await _clients.Receiver("2", EventPosition.Earliest).NumbersAsync(500));
        Assert.Equal(500, _hub.Count);
    }

    [Fact]
    public async Task A_partition_key_stays_in_one_partition()
    {
        var producer = _clients.Producer();
        for (var i = 0; i < 5; i++)
        {
            await producer.SendAsync(Traffic.Events(i), new SendEventOptions { PartitionKey = "customer-1" });
            await producer.SendAsync(Traffic.Events(i, i), new SendEventOptions { PartitionKey = "customer-2" });
        }

        var events = Partitions().SelectMany(_hub.Events).ToList();
        var first = Assert.Single(events.Where(e => e.PartitionKey == "customer-1").GroupBy(e => e.Partition));
        var second = Assert.Single(events.Where(e => e.PartitionKey == "customer-2").GroupBy(e => e.Partition));
        Assert.Equal((5, 10), (first.Count(), second.Count()));
        var read = await _clients.Receiver(first.Key, EventPosition.Earliest).ReadAsync(1);
        Assert.StartsWith("customer-", read[0].PartitionKey, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_the_partitions_take_turns()
    {
        var producer = _clients.Producer();
        for (var i = 0; i < 8; i++)
        {
            await producer.SendAsync(Traffic.Events(i));
        }

        Assert.All(Partitions(), p => Assert.Equal(2, _hub.Events(p).Count));
    }

    [Fact]
    public async Task Ten_thousand_events_over_four_partitions_arrive_complete()
    {
        const int PerPartition = 2_500;
        var sending = Partitions().Select(async p =>
        {
            var producer = _clients.Producer();
            foreach (var numbers in Enumerable.Range(0, PerPartition).Chunk(100))
            {
                await producer.SendAsync(p, numbers);
            }
        });
        var reading = Partitions().Select(p => _clients.Receiver(p, EventPosition.Earliest).NumbersAsync(PerPartition)).ToList();

        await Task.WhenAll(sending);

        Assert.All(await Task.WhenAll(reading), read => Assert.Equal(Enumerable.Range(0, PerPartition), read));
    }

    [Fact]
    public async Task An_event_of_more_than_a_mebibyte_is_refused_and_the_next_one_passes()
    {
        var producer = _clients.Producer();

        var e = await Assert.ThrowsAsync<EventHubsException>(() => producer.SendAsync([new(new byte[1024 * 1024 + 1])], new SendEventOptions { PartitionId = "0" }));
        await producer.SendAsync("0", 1);

        Assert.Equal(EventHubsException.FailureReason.MessageSizeExceeded, e.Reason);
        Assert.Equal([1], _hub.Numbers("0"));
    }

    /// <remarks>The client names this reason only for messages that it measures itself; it takes the hub's own refusal for a failure that passes.</remarks>
    [Fact]
    public async Task A_message_over_a_limit_that_the_producer_does_not_know_is_rejected_by_the_hub()
    {
        var producer = _clients.Producer();
        await producer.SendAsync("0", 1);
        _hub.MaxMessageBytes = 1_000;

        var e = await Assert.ThrowsAsync<EventHubsException>(() => producer.SendAsync([new(new byte[2_000])], new SendEventOptions { PartitionId = "0" }));
        await producer.SendAsync("0", 2);

        Assert.Equal((EventHubsException.FailureReason.ServiceCommunicationProblem, true), (e.Reason, e.IsTransient));
        Assert.Contains("exceeds the limit (1000 bytes)", e.Message, StringComparison.Ordinal);
        Assert.Equal([1, 2], _hub.Numbers("0"));
    }

    private static string[] Partitions() => ["0", "1", "2", "3"];
}
