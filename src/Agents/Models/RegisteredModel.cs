using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Agents.Models.Wire;

namespace OrleansAgents.Agents.Models;

/// <summary>A model that can be asked.</summary>
/// <param name="Gate">Every request passes it.</param>
internal sealed record RegisteredModel(ModelSettings Settings, IModelWire Wire, ModelGate Gate)
{
    public CallLimits Limits { get; } = new(
        TimeSpan.FromSeconds(Settings.StallSeconds), TimeSpan.FromSeconds(Settings.FirstTokenSeconds), TimeSpan.FromSeconds(Settings.MaxSeconds));
}
