using OrleansAgents.Execution;

namespace OrleansAgents.Telemetry;

/// <summary>How the conventions name a model and where it answers.</summary>
internal sealed class CalledModel(string configuration, ModelSettings? settings)
{
    /// <summary>The provider's name of the model; ours where it has none.</summary>
    public string Name { get; } = settings?.Provider == ModelSettings.Demo ? ModelSettings.Demo : settings?.Model ?? configuration;

    public string Provider { get; } = settings?.Provider switch
    {
        null => "unknown",
        "azure-openai" => "azure.ai.openai",
        var other => other,
    };

    /// <summary>Null for a model in this process.</summary>
    public string? Address { get; } = settings?.Endpoint?.Host ?? (settings?.Provider == ModelSettings.OpenAi ? "api.openai.com" : null);

    public int Port { get; } = settings?.Endpoint?.Port ?? 443;
}
