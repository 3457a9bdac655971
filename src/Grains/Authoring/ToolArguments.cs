using System.Text.Json;
using OrleansAgents.Execution;

namespace OrleansAgents;

/// <summary>The arguments of a call as the model gave them; they fit the tool's schema.</summary>
public readonly struct ToolArguments
{
    private readonly JsonElement _arguments;

    internal ToolArguments(JsonElement arguments) => _arguments = arguments;

    /// <summary>The argument of this name, or <c>default</c> where the model left it out.</summary>
    public T? Get<T>(string name) =>
        _arguments.ValueKind == JsonValueKind.Object && _arguments.TryGetProperty(name, out var value) ? value.Deserialize<T>(ToolText.Json) : default;
}
