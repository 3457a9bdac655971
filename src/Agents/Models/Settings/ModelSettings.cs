using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using OrleansAgents.Agents.Settings;
using OrleansAgents.Core.Requests;

namespace OrleansAgents.Agents.Models.Settings;

/// <summary>One model configuration, <c>Models:&lt;name&gt;</c>.</summary>
/// <param name="Provider"><c>demo</c>, <c>openai</c> or <c>azure-openai</c>.</param>
/// <param name="Endpoint">Base address of an OpenAI-compatible server, such as <c>http://127.0.0.1:11434/v1</c>; null for OpenAI itself; for Azure the resource's, such as <c>https://name.openai.azure.com</c>.</param>
/// <param name="Model">The provider's name of the model; for Azure that of the deployment.</param>
/// <param name="ApiKey">For Azure, Entra ID where null.</param>
/// <param name="Pace">Words a second of the demo model; 0 means no pause at all.</param>
/// <param name="MaxConcurrent">Requests in flight at once in this process; further ones wait.</param>
/// <param name="MaxOutputTokens">The longest answer.</param>
/// <param name="StallSeconds">A request on whose connection nothing has come for so long, not even a comment, is given up.</param>
/// <param name="FirstTokenSeconds">A request whose answer has not begun by then is given up.</param>
/// <param name="MaxSeconds">The longest call: an answer is cut there as at its length limit.</param>
/// <param name="Price">Null where none is configured: then nothing says what a call cost.</param>
internal sealed record ModelSettings(
    string Name, string Provider, Uri? Endpoint = null, string? Model = null, string? ApiKey = null, int Pace = ModelSettings.DefaultPace,
    int MaxConcurrent = ModelSettings.DefaultMaxConcurrent, int MaxOutputTokens = ModelSettings.DefaultMaxOutputTokens,
    int StallSeconds = ModelSettings.DefaultStallSeconds, Price? Price = null,
    int FirstTokenSeconds = ModelSettings.DefaultFirstTokenSeconds, int MaxSeconds = ModelSettings.DefaultMaxSeconds)
{
    /// <summary>Identifies who gets opaque data back: the same server over the same wire with the same model. A hash, because clients see it with the data. Computed at each read.</summary>
    public string Origin => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Endpoint?.Authority ?? Provider}|{(Wire.Api == ModelApi.Chat ? "chat" : "responses")}|{Model ?? Name}")))[..16];

    /// <summary>What its requests hold.</summary>
    public WireSettings Wire { get; init; } = WireSettings.Of(Endpoint);

    public const string Demo = "demo";
    public const string OpenAi = "openai";
    public const string AzureOpenAi = "azure-openai";
    public const string Default = "default";
    public const string KeyVariable = "OPENAI_API_KEY";
    public const string DefaultOpenAiModel = "gpt-4.1-mini";
    public const int DefaultPace = 30;
    public const int DefaultMaxConcurrent = 32;
    public const int DefaultMaxOutputTokens = 4096;
    public const int DefaultStallSeconds = 60;
    public const int DefaultFirstTokenSeconds = 600;
    public const int DefaultMaxSeconds = 3_600;

    /// <summary>Every configured model. There is always a <c>default</c>: OpenAI where its key is known, else the demo model.</summary>
    /// <exception cref="InvalidSettingException">A value cannot be used.</exception>
    public static IReadOnlyList<ModelSettings> Read(IConfiguration configuration)
    {
        var key = string.IsNullOrWhiteSpace(configuration[KeyVariable]) ? null : configuration[KeyVariable]!.Trim();
        var models = configuration.GetSection("Models").GetChildren().Select(section => Read(section, key)).ToList();
        if (!models.Any(m => m.Name.Equals(Default, StringComparison.OrdinalIgnoreCase)))
        {
            models.Add(key is null
                ? new(Default, Demo)
                : new(Default, OpenAi, Model: DefaultOpenAiModel, ApiKey: key));
        }

        return models;
    }

    /// <summary>Whether somebody has said which model is the default one.</summary>
    public static bool IsDefaultConfigured(IConfiguration configuration) =>
        configuration.GetSection($"Models:{Default}").Exists() || !string.IsNullOrWhiteSpace(configuration[KeyVariable]);

    private static ModelSettings Read(IConfigurationSection section, string? key)
    {
        section.Allow([
            "Provider", "Endpoint", "Model", "ApiKey", "Pace", "MaxConcurrent", "MaxOutputTokens", "StallSeconds", "FirstTokenSeconds", "MaxSeconds", "AllowHttp", "Price", .. WireSettings.Keys]);
        var endpoint = ReadEndpoint(section);
        var provider = ReadProvider(section, endpoint is not null || section.Text("Model") is not null || section.Text("ApiKey") is not null || key is not null);

        // The key for OpenAI is never sent to another server.
        var apiKey = section.Text("ApiKey") ?? (endpoint is null ? key : null);
        var model = section.Text("Model") ?? (endpoint is null && provider != AzureOpenAi ? DefaultOpenAiModel : null);
        if (provider == AzureOpenAi && endpoint is null)
        {
            throw new InvalidSettingException($"{section.Path}:Endpoint is missing; name the Azure OpenAI resource, such as https://name.openai.azure.com.");
        }

        if (provider == OpenAi && endpoint is null && apiKey is null)
        {
            throw new InvalidSettingException($"{section.Path}:ApiKey is missing; set it or {KeyVariable}, or {section.Path}:Endpoint for a server without keys.");
        }

        if (provider != Demo && model is null)
        {
            throw new InvalidSettingException(provider == OpenAi
                ? $"{section.Path}:Model is missing; name a model of the server at {section.Path}:Endpoint."
                : $"{section.Path}:Model is missing; name a deployment of the resource at {section.Path}:Endpoint.");
        }

        return new(
            section.Key, provider, endpoint, model, apiKey,
            section.Whole("Pace", DefaultPace, 0, 10_000),
            section.Whole("MaxConcurrent", DefaultMaxConcurrent, 1, 10_000),
            section.Whole("MaxOutputTokens", DefaultMaxOutputTokens, 1, 1_000_000),
            section.Whole("StallSeconds", DefaultStallSeconds, 1, 3600),
            ReadPrice(section.GetSection("Price")),
            section.Whole("FirstTokenSeconds", DefaultFirstTokenSeconds, 1, 86_400),
            section.Whole("MaxSeconds", DefaultMaxSeconds, 1, 86_400))
        {
            Wire = WireSettings.Read(section, endpoint, provider == AzureOpenAi, model),
        };
    }

    private static Price? ReadPrice(IConfigurationSection section)
    {
        if (!section.Exists())
        {
            return null;
        }

        section.Allow("Input", "CachedInput", "Output");
        var input = Needed("Input");
        return new(input, section.Dollars("CachedInput") ?? input, Needed("Output"));

        decimal Needed(string key) => section.Dollars(key)
            ?? throw new InvalidSettingException($"{section.Path}:{key} is missing; set the US dollars for a million tokens.");
    }

    private static string ReadProvider(IConfigurationSection section, bool remote) =>
        section.Text("Provider")?.ToLowerInvariant() switch
        {
            null => remote ? OpenAi : Demo,
            Demo => Demo,
            OpenAi => OpenAi,
            AzureOpenAi => AzureOpenAi,
            _ => throw new InvalidSettingException(
                $"{section.Path}:Provider is '{section.Text("Provider")}'; use demo, openai or azure-openai."),
        };

    private static Uri? ReadEndpoint(IConfigurationSection section)
    {
        if (section.Text("Endpoint") is not { } text)
        {
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new InvalidSettingException($"{section.Path}:Endpoint is '{text}'; use an http or https address.");
        }

        return uri.Scheme == "https" || uri.IsLoopback || section.Flag("AllowHttp")
            ? uri
            : throw new InvalidSettingException(
                $"{section.Path}:Endpoint is '{text}', which sends the key and every conversation unencrypted; use https, or set {section.Path}:AllowHttp to true for a network that you trust.");
    }
}
