using Azure.Messaging.EventHubs;
using Azure.Messaging.EventHubs.Consumer;
using Azure.Messaging.EventHubs.Primitives;
using Azure.Messaging.EventHubs.Producer;

namespace OrleansAgents.EventHubsServer.Tests;

/// <summary>The real clients of a hub, closed together.</summary>
internal sealed class Clients(string connection, string name = Clients.Hub) : IAsyncDisposable
{
    public const string Hub = "orders";
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Retries quickly, so that a test can wait for the client's own recovery.</summary>
    private static readonly EventHubsRetryOptions Eager = new() { MaximumRetries = 100, Delay = TimeSpan.FromMilliseconds(50), MaximumDelay = TimeSpan.FromMilliseconds(200) };
    private static readonly EventHubsRetryOptions Never = new() { MaximumRetries = 0, TryTimeout = TimeSpan.FromSeconds(30) };
    private readonly List<IAsyncDisposable> _opened = [];

    public Clients(EventHubServer hub)
        : this(hub.ConnectionString)
    {
    }

    public EventHubProducerClient Producer(bool retries = false, TimeSpan? tryTimeout = null) =>
        Keep(new EventHubProducerClient(connection, name, new EventHubProducerClientOptions { RetryOptions = Retries(retries, tryTimeout) }));

    public EventHubConsumerClient Consumer(bool retries = false) =>
        Keep(new EventHubConsumerClient(EventHubConsumerClient.DefaultConsumerGroupName, connection, name, new EventHubConsumerClientOptions { RetryOptions = Retries(retries, null) }));

    /// <summary>The client that Orleans reads with.</summary>
    public PartitionReceiver Receiver(string partition, EventPosition position, bool retries = false, int prefetch = 300) =>
        Keep(new PartitionReceiver(EventHubConsumerClient.DefaultConsumerGroupName, partition, position, connection, name,
            new PartitionReceiverOptions { RetryOptions = Retries(retries, null), PrefetchCount = prefetch }));

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _opened)
        {
            await client.DisposeAsync();
        }
    }

    private static EventHubsRetryOptions Retries(bool retries, TimeSpan? tryTimeout)
    {
        var options = retries ? Eager : Never;
        return tryTimeout is null ? options : new() { MaximumRetries = options.MaximumRetries, Delay = options.Delay, MaximumDelay = options.MaximumDelay, TryTimeout = tryTimeout.Value };
    }

    private T Keep<T>(T client)
        where T : IAsyncDisposable
    {
        _opened.Add(client);
        return client;
    }
}
