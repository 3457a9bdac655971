using Amqp;
using Amqp.Listener;
using Amqp.Sasl;

namespace OrleansAgents.EventHubsServer;

/// <summary>A stand-in for one Azure event hub: speaks AMQP 1.0 to the real client, on loopback, and fails on demand.</summary>
/// <remarks>Events are in memory and end with the server. All members may be used from any thread.</remarks>
public sealed class EventHubServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Hub _hub;
    private readonly Wire _wire;
    private readonly ContainerHost _host;

    private EventHubServer(Hub hub, int port)
    {
        _hub = hub;
        _wire = new(port, hub.Gate);
        _host = new(new Address($"amqp://127.0.0.1:{_wire.Port}"));
        _host.CustomTransports["amqp"] = _wire;
        _host.Listeners[0].SASL.EnableMechanism("MSSBCBS", SaslProfile.Anonymous);
        _host.RegisterRequestProcessor("$cbs", new Tokens(hub.Key));
        _host.RegisterRequestProcessor("$management", new Management(hub));
        _host.RegisterLinkProcessor(new Attaching(hub));
        _host.Open();
    }

    /// <summary>The port that it listens on.</summary>
    public int Port => _wire.Port;

    /// <summary>For the clients of <c>Azure.Messaging.EventHubs</c>; the name of the hub is not part of it.</summary>
    public string ConnectionString =>
        $"Endpoint=sb://127.0.0.1:{Port};SharedAccessKeyName={SasKey.Name};SharedAccessKey={Key};UseDevelopmentEmulator=true;";

    /// <summary>The shared access key. After a change, tokens signed with the old key are refused; open links stay.</summary>
    public string Key
    {
        get => _hub.Key.Value;
        set => _hub.Key.Value = value;
    }

    /// <summary>Size of the largest message, a batch included; 1 MiB unless set. A producer learns it when its link opens and refuses larger ones itself.</summary>
    public int MaxMessageBytes
    {
        get => _hub.MaxMessageBytes;
        set => _hub.MaxMessageBytes = value;
    }

    /// <summary>What the hub does wrong at the moment.</summary>
    public Faults Faults
    {
        get => _hub.Faults;
        set => _hub.Faults = value;
    }

    /// <summary>Number of events in all partitions.</summary>
    public int Count => _hub.Partitions.Sum(p => p.Events.Count);

    /// <summary>Starts a hub with partitions "0", "1" and so on.</summary>
    /// <param name="hubName">Clients that name another hub are told that it does not exist.</param>
    /// <param name="partitions">At least 1.</param>
    /// <param name="port">0 takes a free port.</param>
    /// <param name="maxEventsPerPartition">Beyond this number a partition drops its oldest events.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The port is taken.</exception>
    public static EventHubServer Start(string hubName, int partitions = 4, int port = 0, int maxEventsPerPartition = int.MaxValue)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(hubName);
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxEventsPerPartition, 1);
        return new(new(hubName, partitions, maxEventsPerPartition), port);
    }

    /// <summary>The events that a partition keeps, oldest first.</summary>
    public IReadOnlyList<HubEvent> Events(string partition) =>
        (_hub.Find(partition) ?? throw new ArgumentException($"There is no partition {partition}.", nameof(partition))).Events;

    /// <summary>Number of open links.</summary>
    public int Links(LinkKinds kinds) => _hub.Count(kinds);

    /// <summary>Detaches the open links once, with <c>amqp:link:detach-forced</c>; connections stay.</summary>
    public void DropLinks(LinkKinds kinds = LinkKinds.All) => _hub.Drop(kinds);

    /// <summary>Resets the open TCP connections once.</summary>
    public void DropConnections() => _wire.Cut();

    /// <summary>Waits up to 30 s for a condition, tried again with each event stored and each link opened or closed.</summary>
    /// <exception cref="TimeoutException">The condition did not come true; the message names it.</exception>
    public async Task UntilAsync(Func<EventHubServer, bool> wanted, string what)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var change = _hub.NextChange;
            if (wanted(this))
            {
                return;
            }

            try
            {
                await change.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Waited {Patience.TotalSeconds} s for {what}; the hub has {Count} events, {Links(LinkKinds.Senders)} producers and {Links(LinkKinds.Receivers)} consumers.");
            }
        }
    }

    /// <summary>Closes all connections and stops listening.</summary>
    public ValueTask DisposeAsync()
    {
        Faults = Faults.None;
        _host.Close();
        _wire.Cut();
        return ValueTask.CompletedTask;
    }
}
