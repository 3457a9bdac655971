using System.Text.Json;
using Microsoft.Extensions.Configuration;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Agents.Settings;

namespace OrleansAgents.Agents.Declarations;

/// <summary>An agent as code or configuration declares it; checked against models and tools at start.</summary>
/// <param name="Tools">Names of registered tools.</param>
/// <param name="Output">JSON schema of its answers; null for free text.</param>
/// <param name="RemembersUser">It keeps facts about its user across threads.</param>
/// <param name="AllowInstructions">A start may replace its instructions.</param>
/// <param name="AllowModels">Models that a start may choose beside <paramref name="Model"/>; null for none.</param>
internal sealed record AgentDeclaration(
    string Name, string Description, string Instructions, IReadOnlyList<string> Tools, string Model = ModelSettings.Default,
    int WindowTokens = Core.Requests.AgentDefinition.DefaultWindowTokens, JsonElement? Output = null, bool RemembersUser = false,
    bool AllowInstructions = false, IReadOnlyList<string>? AllowModels = null)
{
    /// <summary>The agents of the code, with <c>Agents:&lt;name&gt;</c> laid over them and added to them.</summary>
    /// <exception cref="InvalidSettingException">A key is unknown or needed, or two agents have one name.</exception>
    public static IReadOnlyList<AgentDeclaration> Read(IEnumerable<AgentDeclaration> declared, IConfiguration configuration)
    {
        var agents = new Dictionary<string, AgentDeclaration>(StringComparer.OrdinalIgnoreCase);
        foreach (var agent in declared)
        {
            if (!agents.TryAdd(agent.Name, agent))
            {
                throw new InvalidSettingException($"There are two agents named '{agent.Name}'; give one of them another name.");
            }
        }

        foreach (var section in configuration.GetSection("Agents").GetChildren())
        {
            section.Allow("Instructions", "Description", "Model", "Tools", "RemembersUser", "AllowInstructions", "AllowModels");
            var known = agents.GetValueOrDefault(section.Key);
            agents[section.Key] = new(
                known?.Name ?? section.Key,
                section.Text("Description") ?? known?.Description ?? "",
                section.Text("Instructions") ?? known?.Instructions ?? throw new InvalidSettingException($"{section.Path}:Instructions is missing."),
                List(section, "Tools") ?? known?.Tools ?? [],
                section.Text("Model") ?? known?.Model ?? ModelSettings.Default,
                known?.WindowTokens ?? Core.Requests.AgentDefinition.DefaultWindowTokens,
                known?.Output,
                Flag(section, "RemembersUser") ?? known?.RemembersUser ?? false,
                Flag(section, "AllowInstructions") ?? known?.AllowInstructions ?? false,
                List(section, "AllowModels") ?? known?.AllowModels);
        }

        return [.. agents.Values];
    }

    /// <summary>An array, or one string with commas between; null where there is neither.</summary>
    private static string[]? List(IConfigurationSection section, string key) =>
        section.Text(key)?.Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        ?? (section.GetSection(key).GetChildren().Select(t => t.Value ?? "").ToArray() is { Length: > 0 } list ? list : null);

    private static bool? Flag(IConfigurationSection section, string key) => section.Text(key) is not { } value ? null
        : bool.TryParse(value, out var flag) ? flag
        : throw new InvalidSettingException($"{section.Path}:{key} is '{value}'; give true or false.");
}
