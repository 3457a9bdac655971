namespace OrleansAgents.Agents.Catalog;

/// <summary>What a start may replace of an agent.</summary>
/// <remarks>Not part of the agent's definition: that one's hash pins runs, and a permission changes nothing that a model sees.</remarks>
/// <param name="Instructions">Whether a start may bring instructions of its own.</param>
/// <param name="Models">Model configurations that a start may choose; the agent's own is the first.</param>
internal sealed record Overrides(bool Instructions, IReadOnlyList<string> Models)
{
    /// <summary>Names of models are compared without case, as in the configuration.</summary>
    public bool Allow(string model) => Models.Contains(model, StringComparer.OrdinalIgnoreCase);
}
