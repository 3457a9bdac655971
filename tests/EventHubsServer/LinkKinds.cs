namespace OrleansAgents.EventHubsServer;

/// <summary>Links by who opened them.</summary>
[Flags]
public enum LinkKinds
{
    /// <summary>No link.</summary>
    None = 0,

    /// <summary>Links of producers.</summary>
    Senders = 1,

    /// <summary>Links of consumers.</summary>
    Receivers = 2,

    /// <summary>Links of producers and of consumers.</summary>
    All = Senders | Receivers,
}
