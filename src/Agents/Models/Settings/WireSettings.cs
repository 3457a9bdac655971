using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using OrleansAgents.Agents.Settings;

namespace OrleansAgents.Agents.Models.Settings;

/// <summary>Members of a request that differ between servers.</summary>
/// <param name="OutputLimit">Name of the member with the longest answer's tokens; null sends none.</param>
/// <param name="StreamOptions">Asks for the figures of usage within the stream.</param>
/// <param name="Structured">How the output schema is requested.</param>
/// <param name="Strict">Asks the server to enforce the schemas of tools and output that <c>StrictSchema</c> accepts.</param>
/// <param name="ParallelCalls">Whether one answer may hold several calls; null leaves it to the server.</param>
/// <param name="ReasoningEffort">A word of the server's, such as <c>low</c>; null sends none.</param>
/// <param name="ReasoningSummary">Level of reasoning summaries, such as <c>auto</c>; null sends none. Responses only.</param>
/// <param name="EncryptedReasoning">Requests encrypted reasoning that can be sent back, because the server stores none. Responses only.</param>
/// <param name="AlternatesRoles">Merges neighbouring messages of one role, and puts an assistant's message between a tool's result and a user's message.</param>
/// <param name="CallIds">Which ids of tool calls the server takes.</param>
/// <param name="ApiVersion">The version of Azure's API; null leaves it to the client.</param>
/// <param name="Body">Further members of the request, as a JSON object.</param>
/// <param name="Headers">Further headers. May hold secrets.</param>
internal sealed record WireSettings(
    ModelApi Api = ModelApi.Chat, string? OutputLimit = "max_completion_tokens", bool StreamOptions = true, StructuredOutput Structured = StructuredOutput.JsonSchema,
    bool Strict = false, bool? ParallelCalls = null, double? Temperature = null, double? TopP = null, string? ReasoningEffort = null, string? ReasoningSummary = null,
    bool EncryptedReasoning = true, bool AlternatesRoles = false, CallIds CallIds = CallIds.Any, string? ApiVersion = null,
    JsonElement? Body = null, IReadOnlyDictionary<string, string>? Headers = null)
{
    /// <summary>Keys of a model's section that are read here.</summary>
    public static readonly string[] Keys =
    [
        "Api", "OutputLimit", "StreamOptions", "Structured", "Strict", "ParallelCalls", "Temperature", "TopP", "ReasoningEffort", "ReasoningSummary", "EncryptedReasoning",
        "AlternatesRoles", "CallIds", "ApiVersion", "Body", "Headers",
    ];

    /// <summary>Members that the service writes itself.</summary>
    private static readonly string[] Ours =
    [
        "model", "messages", "stream", "stream_options", "tools", "response_format", "max_tokens", "max_completion_tokens", "max_output_tokens", "parallel_tool_calls",
        "temperature", "top_p", "reasoning_effort", "n", "input", "instructions", "store", "include", "text",
    ];

    /// <summary>Prefixes of OpenAI's models without reasoning. They reject a request for encrypted reasoning.</summary>
    private static readonly string[] PlainModels = ["gpt-3", "gpt-4", "chatgpt-4"];

    private static readonly string[] AzureHosts = [".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"];

    /// <summary>A profile for servers that are known by their host. An unknown one gets <c>max_tokens</c>, the older name of the limit, which compatible servers know.</summary>
    public static WireSettings Of(Uri? endpoint) => endpoint?.Host switch
    {
        null or "api.openai.com" => new() { CallIds = CallIds.Short },
        var host when host.EndsWith(".api.openai.com", StringComparison.Ordinal) => new() { CallIds = CallIds.Short },
        var host when AzureHosts.Any(azure => host.EndsWith(azure, StringComparison.Ordinal)) => new() { CallIds = CallIds.Short, OutputLimit = IsV1(endpoint) ? "max_completion_tokens" : "max_tokens" },
        "api.groq.com" => new(),
        "api.deepseek.com" => new() { OutputLimit = "max_tokens", Structured = StructuredOutput.JsonObject },
        "api.mistral.ai" => new() { OutputLimit = "max_tokens", StreamOptions = false, AlternatesRoles = true, CallIds = CallIds.Nine },
        _ => new() { OutputLimit = "max_tokens" },
    };

    /// <summary>Whether the address is of the style of Azure's that is OpenAI's own.</summary>
    public static bool IsV1(Uri endpoint) => endpoint.AbsolutePath.TrimEnd('/').EndsWith("/openai/v1", StringComparison.OrdinalIgnoreCase);

    /// <summary>The profile, with what the section says instead.</summary>
    /// <param name="model">The server's name of the model.</param>
    /// <exception cref="InvalidSettingException">A value cannot be used.</exception>
    public static WireSettings Read(IConfigurationSection section, Uri? endpoint, bool isAzure, string? model)
    {
        if (section.GetSection("Body").GetChildren().Any())
        {
            throw new InvalidSettingException($"{section.Path}:Body is a section; give its members as one JSON text.");
        }

        if (section.Text("OutputLimit") is { } limit and not ("none" or "max_tokens" or "max_completion_tokens" or "max_output_tokens") && Ours.Contains(limit))
        {
            throw new InvalidSettingException($"{section.Path}:OutputLimit is '{limit}', which the service writes itself.");
        }

        if (!isAzure && section.Text("ApiVersion") is not null)
        {
            throw new InvalidSettingException($"{section.Path}:ApiVersion is for {ModelSettings.AzureOpenAi} alone; set {section.Path}:Provider, or leave it out.");
        }

        var body = ReadBody(section);
        if ((section.Text("ReasoningEffort") ?? section.Text("ReasoningSummary")) is not null && body?.TryGetProperty("reasoning", out _) == true)
        {
            throw new InvalidSettingException($"{section.Path}:Body has 'reasoning' beside ReasoningEffort or ReasoningSummary; use one of them.");
        }

        var known = Of(endpoint);
        var api = Word(section, "Api", known.Api, ("chat", ModelApi.Chat), ("responses", ModelApi.Responses));
        return known with
        {
            Api = api,
            OutputLimit = section.Text("OutputLimit") switch { null => api == ModelApi.Responses ? "max_output_tokens" : known.OutputLimit, "none" => null, var name => name },
            StreamOptions = Flag(section, "StreamOptions", known.StreamOptions),
            Structured = Word(
                section, "Structured", known.Structured,
                ("json_schema", StructuredOutput.JsonSchema), ("json_object", StructuredOutput.JsonObject), ("instructions", StructuredOutput.Instructions)),
            Strict = Flag(section, "Strict", known.Strict),
            ParallelCalls = section.Text("ParallelCalls") is null ? null : section.Flag("ParallelCalls"),
            Temperature = Number(section, "Temperature", 2),
            TopP = Number(section, "TopP", 1),
            ReasoningEffort = section.Text("ReasoningEffort"),
            ReasoningSummary = section.Text("ReasoningSummary"),
            EncryptedReasoning = Flag(section, "EncryptedReasoning", !PlainModels.Any(plain => model?.StartsWith(plain, StringComparison.OrdinalIgnoreCase) == true)),
            AlternatesRoles = Flag(section, "AlternatesRoles", known.AlternatesRoles),
            CallIds = Word(section, "CallIds", known.CallIds, ("any", CallIds.Any), ("short", CallIds.Short), ("nine", CallIds.Nine)),
            ApiVersion = section.Text("ApiVersion"),
            Body = body,
            Headers = ReadHeaders(section.GetSection("Headers")),
        };
    }

    private static bool Flag(IConfigurationSection section, string key, bool known) => section.Text(key) is null ? known : section.Flag(key);

    private static T Word<T>(IConfigurationSection section, string key, T known, params ReadOnlySpan<(string Text, T Value)> words)
    {
        if (section.Text(key) is not { } given)
        {
            return known;
        }

        foreach (var (text, value) in words)
        {
            if (text == given)
            {
                return value;
            }
        }

        var names = words.ToArray().Select(w => w.Text).ToList();
        throw new InvalidSettingException($"{section.Path}:{key} is '{given}'; use {string.Join(", ", names[..^1])} or {names[^1]}.");
    }

    private static Dictionary<string, string>? ReadHeaders(IConfigurationSection section)
    {
        var headers = section.GetChildren().ToDictionary(h => h.Key, h => h.Value ?? "", StringComparer.OrdinalIgnoreCase);
        using var probe = new HttpRequestMessage();
        return headers.Count == 0 ? null
            : headers.FirstOrDefault(h => !h.Value.All(c => c is >= ' ' and <= '~') || !probe.Headers.TryAddWithoutValidation(h.Key, h.Value)) is { Key: { } wrong }
                ? throw new InvalidSettingException($"{section.Path}:{wrong} is no header that a request can have.")
            : headers;
    }

    private static double? Number(IConfigurationSection section, string key, double most) => section.Text(key) is not { } text ? null
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value >= 0 && value <= most ? value
        : throw new InvalidSettingException($"{section.Path}:{key} is '{text}'; use a number from 0 to {most}, with a point, such as 0.5.");

    private static JsonElement? ReadBody(IConfigurationSection section)
    {
        if (section.Text("Body") is not { } text)
        {
            return null;
        }

        JsonElement body;
        try
        {
            body = JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            throw NoObject();
        }

        if (body.ValueKind != JsonValueKind.Object)
        {
            throw NoObject();
        }

        return body.EnumerateObject().FirstOrDefault(member => Ours.Contains(member.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } ours
            ? throw new InvalidSettingException($"{section.Path}:Body has '{ours.Name}', which the service writes itself.")
            : body;

        InvalidSettingException NoObject() => new($"{section.Path}:Body is no JSON object; give one, such as {{\"top_k\": 20}}.");
    }
}
