namespace OrleansAgents.Agents.Models;

/// <summary>Who may pass a <see cref="ModelGate"/>.</summary>
internal enum GatePassage
{
    /// <summary>As many as there are places.</summary>
    Free,

    /// <summary>Nobody, until the pause is over.</summary>
    Shut,

    /// <summary>One, to try.</summary>
    Probe,

    /// <summary>Nobody else while that one is on its way.</summary>
    Probing,
}
