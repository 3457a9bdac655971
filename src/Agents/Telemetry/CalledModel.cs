using OrleansAgents.Agents.Models.Settings;

namespace OrleansAgents.Agents.Telemetry;

/// <summary>How the conventions name a model and where it answers.</summary>
/// <param name="Name">The provider's name of the model; the configuration's where it has none.</param>
/// <param name="Address">Null for a model in this process.</param>
internal sealed record CalledModel(string Name, string Provider, string? Address, int Port)
{
    /// <param name="settings">Null for a model that is not configured any more.</param>
    public static CalledModel Of(string configuration, ModelSettings? settings) => new(
        settings?.Provider == ModelSettings.Demo ? ModelSettings.Demo : settings?.Model ?? configuration,
        settings?.Provider switch
        {
            null => "unknown",
            "azure-openai" => "azure.ai.openai",
            var other => other,
        },
        settings?.Endpoint?.Host ?? (settings?.Provider == ModelSettings.OpenAi ? "api.openai.com" : null),
        settings?.Endpoint?.Port ?? 443);
}
