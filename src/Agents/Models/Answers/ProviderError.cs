using System.Text.Json;
using Microsoft.Extensions.AI;

namespace OrleansAgents.Agents.Models.Answers;

/// <summary>What a provider says went wrong, in the common form <c>{"error": {"code", "type", "message"}}</c>, its inner object, a list of them (also as <c>errors</c>), or <c>{"detail"}</c>.</summary>
internal readonly record struct ProviderError(string? Code, string? Type, string? Message)
{
    public ErrorContent ToContent() => new(Message ?? "no details") { ErrorCode = Code ?? Type ?? "error" };

    /// <summary>Never throws: what cannot be read is null.</summary>
    public static ProviderError Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            return Of(JsonElement.ParseValue(ref reader));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return default;
        }
    }

    /// <inheritdoc cref="Parse"/>
    public static ProviderError Of(JsonElement error)
    {
        try
        {
            if (error.ValueKind == JsonValueKind.Array && error.GetArrayLength() > 0)
            {
                error = error[0];
            }

            if (error.ValueKind == JsonValueKind.Object && error.TryGetProperty("error", out var nested))
            {
                error = nested;
            }
            else if (error.ValueKind == JsonValueKind.Object && error.TryGetProperty("errors", out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0)
            {
                error = list[0];
            }

            return error.ValueKind switch
            {
                JsonValueKind.String => new(null, null, error.GetString()),
                JsonValueKind.Object => new(Text(error, "code") ?? DetailCode(error), Text(error, "type"), Text(error, "message") ?? Detail(error)),
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

    /// <summary>Anthropic names the cause there, such as a limit of spending behind a limit of the rate.</summary>
    private static string? DetailCode(JsonElement error) =>
        error.TryGetProperty("details", out var details) && details.ValueKind == JsonValueKind.Object ? Text(details, "error_code") : null;

    /// <summary>Some servers give a list of what does not fit.</summary>
    private static string? Detail(JsonElement error) => Text(error, "detail")
        ?? (error.TryGetProperty("detail", out var detail) && detail.ValueKind is JsonValueKind.Array or JsonValueKind.Object ? detail.GetRawText() : null);

    private static string? Text(JsonElement error, string name) =>
        error.TryGetProperty(name, out var value) && (value.ValueKind is JsonValueKind.String or JsonValueKind.Number) ? value.ToString() : null;
}
