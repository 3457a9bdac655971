using System.Text.Json;
using OrleansAgents.Agents.Json;

namespace OrleansAgents;

/// <summary>The arguments of a call as the model gave them; they fit the tool's schema.</summary>
public readonly struct ToolArguments
{
    private readonly JsonElement _arguments;
    private readonly ISet<string>? _asked;

    /// <param name="asked">Takes the names that are read.</param>
    internal ToolArguments(JsonElement arguments, ISet<string>? asked = null) => (_arguments, _asked) = (arguments, asked);

    /// <summary>The argument of this name, or <c>default</c> where the model left it out.</summary>
    public T? Get<T>(string name)
    {
        _ = _asked?.Add(name);
        return _arguments.ValueKind == JsonValueKind.Object && _arguments.TryGetProperty(name, out var value) ? value.Deserialize<T>(ToolJson.Options) : default;
    }
}
