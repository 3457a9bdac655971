using System.Text.Json;
using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;

namespace OrleansAgents.Agents.Catalog;

/// <summary>The agents and tools of this process, fixed at start.</summary>
internal interface IAgentCatalog
{
    IReadOnlyCollection<AgentDefinition> Agents { get; }

    /// <summary>Null when there is no such agent.</summary>
    AgentDefinition? Find(string agent);

    /// <summary>What a start may replace of an agent that there is. Today's declaration and configuration decide.</summary>
    Overrides OverridesOf(string agent);

    /// <summary>Whether a model configuration of this name exists.</summary>
    bool HasModel(string model);

    /// <summary>Whether the built-in demo model answers for this configuration.</summary>
    bool IsDemo(string model);

    /// <summary>The longest answer that the model may give, in tokens.</summary>
    int MaxOutputTokens(string model);

    /// <summary>What the model costs today; null where no price is configured.</summary>
    Price? PriceOf(string model);

    /// <summary>Whether a call waits for a person: its tool is gone, takes other arguments now, or asks for approval. Today's tools decide.</summary>
    ToolHold? HoldOf(string tool, JsonElement arguments);

    /// <summary>What follows when nobody knows whether a call of the tool took effect. Today's tools decide.</summary>
    UnknownRule RuleOf(string tool);

    /// <summary>Whether the tool has a rule that asks for approval.</summary>
    bool AsksForApproval(string tool);
}
