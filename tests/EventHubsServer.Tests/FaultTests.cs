using Azure.Messaging.EventHubs.Consumer;

namespace OrleansAgents.EventHubsServer.Tests;

public sealed class FaultTests : IAsyncDisposable
{
    private readonly EventHubServer _hub = EventHubServer.Start(Clients.Hub);
    private readonly Clients _clients;

    public FaultTests() => _clients = new(_hub);

    public async ValueTask DisposeAsync()
    {
        await _clients.DisposeAsync();
        await _hub.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Clients_go_on_after_their_links_or_connections_were_dropped(bool links)
    {
        var (producer, receiver) = (_clients.Producer(retries: true), _clients.Receiver("0", EventPosition.Earliest, retries: true));
        await producer.SendAsync("0", 1, 2);
        Assert.Equal([1, 2], await receiver.NumbersAsync(2));
        Assert.Equal((1, 1), (_hub.Links(LinkKinds.Senders), _hub.Links(LinkKinds.Receivers)));

        if (links)
        {
            _hub.DropLinks();
        }
        else
        {
            _hub.DropConnections();
        }

        await _hub.UntilAsync(h => h.Links(LinkKinds.All) == 0, "the links to end");
        await producer.SendAsync("0", 3);
        Assert.Equal([3], await receiver.NumbersAsync(1));
    }

    [Fact]
    public async Task Links_of_one_kind_are_dropped_alone()
    {
        var (producer, receiver) = (_clients.Producer(), _clients.Receiver("0", EventPosition.Earliest, retries: true));
        await producer.SendAsync("0", 1);
        await receiver.ReadAsync(1);

        _hub.DropLinks(LinkKinds.Receivers);

        await _hub.UntilAsync(h => h.Links(LinkKinds.Receivers) == 0, "the consumer's link to end");
        Assert.Equal(1, _hub.Links(LinkKinds.Senders));
        await producer.SendAsync("0", 2);
        Assert.Equal([2], await receiver.NumbersAsync(1));
    }

    [Fact]
    public async Task Each_event_comes_twice_until_the_fault_ends()
    {
        var (producer, receiver) = (_clients.Producer(), _clients.Receiver("0", EventPosition.Earliest));
        _hub.Faults = Faults.None with { DeliverTwice = true };
        await producer.SendAsync("0", 1, 2);

        Assert.Equal([1, 1, 2, 2], await receiver.NumbersAsync(4));

        _hub.Faults = Faults.None;
        await producer.SendAsync("0", 3, 4);
        Assert.Equal([3, 4], await receiver.NumbersAsync(2));
    }

    [Fact]
    public async Task A_consumer_that_attaches_again_reads_earlier_events_again()
    {
        var (producer, receiver) = (_clients.Producer(), _clients.Receiver("0", EventPosition.Earliest, retries: true));
        await producer.SendAsync("0", 1, 2, 3);
        await receiver.ReadAsync(3);
        _hub.Faults = Faults.None with { RewindOnAttach = 2 };

        _hub.DropLinks(LinkKinds.Receivers);

        Assert.Equal([2, 3], await receiver.NumbersAsync(2));
        await producer.SendAsync("0", 4);
        Assert.Equal([4], await receiver.NumbersAsync(1));
    }

    [Fact]
    public async Task An_event_is_stored_before_a_slow_accept()
    {
        _hub.Faults = Faults.None with { AcceptDelay = TimeSpan.FromHours(1) };
        var sending = _clients.Producer().SendAsync("0", 1);
        await _hub.UntilAsync(h => h.Count == 1, "the event");
        Assert.False(sending.IsCompleted);

        _hub.Faults = Faults.None;
        await sending;

        Assert.Equal(1, _hub.Count);
    }

    [Fact]
    public async Task A_producer_whose_accept_is_lost_sends_again()
    {
        _hub.Faults = Faults.None with { AcceptDelay = TimeSpan.FromHours(1) };
        var sending = _clients.Producer(retries: true).SendAsync("0", 1);
        await _hub.UntilAsync(h => h.Count == 1, "the event");
        _hub.DropConnections();
        await _hub.UntilAsync(h => h.Count == 2, "the event once more");

        _hub.Faults = Faults.None;
        await sending;

        Assert.Equal([1, 1], _hub.Numbers("0"));
    }

    [Fact]
    public async Task A_slow_delivery_comes_when_the_fault_ends()
    {
        var (producer, receiver) = (_clients.Producer(), _clients.Receiver("0", EventPosition.Earliest));
        await producer.SendAsync("0", 1);
        await receiver.ReadAsync(1);
        _hub.Faults = Faults.None with { DeliveryDelay = TimeSpan.FromHours(1) };
        await producer.SendAsync("0", 2, 3);
        Assert.Empty(await receiver.ReceiveBatchAsync(2, TimeSpan.FromMilliseconds(200)));

        _hub.Faults = Faults.None with { DeliveryDelay = TimeSpan.FromMilliseconds(1) };

        Assert.Equal([2, 3], await receiver.NumbersAsync(2));
    }

    [Fact]
    public async Task Other_partitions_go_on_while_one_is_held()
    {
        var producer = _clients.Producer();
        var (held, other) = (_clients.Receiver("0", EventPosition.Earliest), _clients.Receiver("1", EventPosition.Earliest));
        _hub.Faults = Faults.None with { HeldPartitions = ["0"] };
        await producer.SendAsync("0", 1, 2);
        await producer.SendAsync("1", 3);

        Assert.Empty(await held.ReceiveBatchAsync(2, TimeSpan.FromMilliseconds(500)));
        Assert.Equal([3], await other.NumbersAsync(1));
        await producer.SendAsync("1", 4);
        Assert.Equal([4], await other.NumbersAsync(1));

        _hub.Faults = Faults.None;
        Assert.Equal([1, 2], await held.NumbersAsync(2));
    }

    [Fact]
    public async Task Nothing_is_answered_while_everything_is_held()
    {
        var producer = _clients.Producer(tryTimeout: TimeSpan.FromSeconds(1));
        await producer.SendAsync("0", 1);
        var reading = _clients.Receiver("0", EventPosition.Earliest).NumbersAsync(3);
        await _hub.UntilAsync(h => h.Links(LinkKinds.All) == 2, "both links");
        _hub.Faults = Faults.None with { HoldEverything = true };

        await TimesOutAsync(() => producer.SendAsync("0", 2));
        await TimesOutAsync(() => _clients.Producer(tryTimeout: TimeSpan.FromSeconds(1)).SendAsync("0", -1));
        Assert.Equal([1], _hub.Numbers("0"));
        Assert.False(reading.IsCompleted);

        _hub.Faults = Faults.None;
        await producer.SendAsync("0", 3);
        Assert.Equal([1, 2, 3], await reading);

        static async Task TimesOutAsync(Func<Task> send) =>
            Assert.Contains("within the allocated time 00:00:0", (await Assert.ThrowsAsync<TimeoutException>(send)).Message, StringComparison.Ordinal);
    }
}
