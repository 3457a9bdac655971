using System.Text.Json;

namespace OrleansAgents.Execution;

/// <summary>What a provider says went wrong, in the common form <c>{"error": {"code", "type", "message"}}</c>, its inner object, a list of them, or <c>{"detail"}</c>.</summary>
internal readonly record struct ProviderError(string? Code, string? Type, string? Message)
{
    /// <summary>Never throws: what cannot be read is null.</summary>
    public static ProviderError Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            var error = JsonElement.ParseValue(ref reader);
            if (error.ValueKind == JsonValueKind.Array && error.GetArrayLength() > 0)
            {
                error = error[0];
            }

            if (error.ValueKind == JsonValueKind.Object && error.TryGetProperty("error", out var nested))
            {
                error = nested;
            }

            return error.ValueKind switch
            {
                JsonValueKind.String => new(null, null, error.GetString()),
                JsonValueKind.Object => new(Text(error, "code"), Text(error, "type"), Text(error, "message") ?? Text(error, "detail")),
                _ => default,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return default;
        }
    }

    /// <summary>Some servers say 400 or 413 of a limit that passes.</summary>
    public bool IsRateLimit => Is("rate_limit_exceeded", "rate_limit_error", "rate_limit", "tokens_per_minute", "overloaded", "overloaded_error", "engine_overloaded");

    /// <summary>Whether the code or the type is one of these.</summary>
    public bool Is(params ReadOnlySpan<string> words) =>
        (Code is not null && words.Contains(Code)) || (Type is not null && words.Contains(Type));

    private static string? Text(JsonElement error, string name) =>
        error.TryGetProperty(name, out var value) && (value.ValueKind is JsonValueKind.String or JsonValueKind.Number) ? value.ToString() : null;
}
