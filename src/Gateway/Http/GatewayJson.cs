using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansAgents.Gateway.Http;

/// <summary>The JSON of the native API: camelCase, absent instead of null, enums as words.</summary>
internal static class GatewayJson
{
    /// <summary>For answers.</summary>
    public static JsonSerializerOptions Answers { get; } = ForAnswers(new(JsonSerializerDefaults.Web));

    /// <summary>For requests: a name that is not known, or given twice, is a mistake worth telling.</summary>
    public static JsonSerializerOptions Requests { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
    };

    /// <summary>For events: text of every script stays readable; never embedded in HTML.</summary>
    public static JsonWriterOptions Events { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,

        // Stored data is trusted to be valid JSON; validating each event again costs more than writing it.
        SkipValidation = true,
    };

    /// <summary>Sets what answers share with their description in OpenAPI.</summary>
    public static JsonSerializerOptions ForAnswers(JsonSerializerOptions options)
    {
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.NumberHandling = JsonNumberHandling.Strict;
        return options;
    }
}
