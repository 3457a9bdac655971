namespace OrleansAgents.EventHubsServer;

/// <summary>What a hub does wrong at the moment. Assign a new value to <see cref="EventHubServer.Faults"/> to change it; open links follow at once, and waits in progress start anew.</summary>
public sealed record Faults
{
    /// <summary>The hub works.</summary>
    public static Faults None { get; } = new();

    /// <summary>Refuses new links of producers. Existing ones stay.</summary>
    public Refusal? RefuseSenders { get; init; }

    /// <summary>Refuses new links of consumers. Existing ones stay.</summary>
    public Refusal? RefuseReceivers { get; init; }

    /// <summary>Rejects each message that a producer sends; nothing of it is stored.</summary>
    public Refusal? RefuseSends { get; init; }

    /// <summary>Time between storing a message and accepting it. A connection that drops in between leaves the producer without an answer about events that are stored.</summary>
    public TimeSpan AcceptDelay { get; init; }

    /// <summary>Time before each delivery of an event.</summary>
    public TimeSpan DeliveryDelay { get; init; }

    /// <summary>Delivers each event twice in a row.</summary>
    public bool DeliverTwice { get; init; }

    /// <summary>Number of events before the requested position at which a new link of a consumer starts, at most back to the first one.</summary>
    public int RewindOnAttach { get; init; }

    /// <summary>Ids of the partitions that deliver nothing. They go on accepting events.</summary>
    public IReadOnlyCollection<string> HeldPartitions { get; init; } = [];

    /// <summary>Reads nothing and answers nothing on any connection, new ones included. What clients send meanwhile is handled when this ends.</summary>
    public bool HoldEverything { get; init; }
}
