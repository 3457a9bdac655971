using System.Globalization;
using System.Text.Json;
using OrleansAgents.Core.Requests;
using OrleansAgents.Runs;

namespace OrleansAgents.Core.Memory;

/// <summary>The built-in tool that fetches an older result whole. A request that stands on facts of older messages has it.</summary>
internal static class Recall
{
    public const string Name = "recall";

    public static ToolDefinition Tool { get; } = new(
        Name, "Shows the result of an earlier tool call whole.",
        JsonElement.Parse("""{"type":"object","properties":{"id":{"type":"string"}},"required":["id"]}"""u8),
        ToolEffect.ReadOnly, TimeoutSeconds: 30, Retries: 2);

    /// <summary>Estimated tokens of its declaration.</summary>
    public static long Tokens { get; } = AgentDefinition.TokensOf(Tool);

    /// <summary>How a result of an earlier turn is asked for; one of the run itself by its call id alone.</summary>
    public static string IdOf(int turn, string callId) => string.Create(CultureInfo.InvariantCulture, $"{turn}.{callId}");

    /// <summary>The turn, or null for the run itself, and the call.</summary>
    public static (int? Turn, string CallId) Parse(string id) =>
        id.Split('.', 2) is [var turn, var call] && int.TryParse(turn, CultureInfo.InvariantCulture, out var number) ? (number, call) : (null, id);

    /// <summary>A run that is pinned to a tool of its agent's of that name has that one.</summary>
    public static AgentDefinition AddTo(AgentDefinition definition) => definition.Tools.Any(t => t.Name == Name)
        ? definition
        : definition with { Tools = [.. definition.Tools, Tool] };
}
