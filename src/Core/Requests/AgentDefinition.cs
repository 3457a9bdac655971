using System.Text.Json;
using OrleansAgents.Runs;

namespace OrleansAgents.Core.Requests;

/// <summary>Everything about an agent that decides what a model sees. A run is pinned to one by its content hash.</summary>
/// <param name="Model">Name of a model configuration.</param>
/// <param name="WindowTokens">Estimated tokens that a request may have. The input and the newest group are in it whatever they take.</param>
/// <param name="Output">JSON schema that the final answer must fit; null for free text.</param>
internal sealed record AgentDefinition(
    string Name, string Description, string Instructions, string Model, IReadOnlyList<ToolDefinition> Tools, int WindowTokens,
    JsonElement? Output = null)
{
    public const int DefaultWindowTokens = 24_000;

    /// <summary>For assembling all messages of a run, which no agent is asked with.</summary>
    public static AgentDefinition None { get; } = new("", "", "", "", [], int.MaxValue);

    /// <summary>Estimated tokens of instructions and tool declarations.</summary>
    public long CountTokens() => Tokens.Of(Instructions) + Tokens.Of(Output ?? default)
        + Tools.Sum(TokensOf);

    public static long TokensOf(ToolDefinition t) => Tokens.Of(t.Name) + Tokens.Of(t.Description) + Tokens.Of(t.Parameters);

    /// <summary>The canonical JSON form that is hashed and stored as a body.</summary>
    public byte[] ToBody() => JsonSerializer.SerializeToUtf8Bytes(this, ModelRequestJson.Relaxed.AgentDefinition);

    public static AgentDefinition FromBody(byte[] body) =>
        JsonSerializer.Deserialize(body, ModelRequestJson.Relaxed.AgentDefinition) ?? throw new JsonException("The definition is null.");
}

/// <summary>A tool as the model sees it, and what may be done with it.</summary>
/// <param name="Parameters">JSON schema of the arguments.</param>
/// <param name="TimeoutSeconds">After it the outcome of an at-most-once call is unknown.</param>
/// <param name="Retries">Further attempts after a timeout of a repeatable tool.</param>
internal sealed record ToolDefinition(
    string Name, string Description, JsonElement Parameters, ToolEffect Effect, int TimeoutSeconds, int Retries);
