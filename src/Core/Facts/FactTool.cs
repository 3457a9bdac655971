using System.Text.Json;
using OrleansAgents.Core.Requests;
using OrleansAgents.Runs;

namespace OrleansAgents.Core.Facts;

/// <summary>The built-in tools of agents that remember their user. No other agent has them.</summary>
internal static class FactTool
{
    public static ToolDefinition Remember { get; } = new(
        "remember",
        "Keeps a fact about the user for their later conversations. Another text under the same key takes the place of the one before. "
        + "Keep the user's own words where they said it, and name it with their words.",
        JsonElement.Parse("""
            {"type":"object","properties":{
            "key":{"type":"string","description":"What it is about, in a word or two."},
            "text":{"type":"string","description":"The fact; at most 1,000 characters."}},"required":["key","text"]}
            """u8),
        ToolEffect.Idempotent, TimeoutSeconds: 30, Retries: 2);

    public static ToolDefinition Forget { get; } = new(
        "forget", "Ends what is kept about the user under a key.",
        JsonElement.Parse("""{"type":"object","properties":{"key":{"type":"string"}},"required":["key"]}"""u8),
        ToolEffect.Idempotent, TimeoutSeconds: 30, Retries: 2);

    public static IReadOnlyList<ToolDefinition> All { get; } = [Remember, Forget];

    public static bool Is(string tool) => All.Any(t => t.Name == tool);

    /// <summary>Whether runs of this agent are told what is kept of their user.</summary>
    public static bool IsIn(AgentDefinition definition) => definition.Tools.Any(t => t.Name == Remember.Name);
}
