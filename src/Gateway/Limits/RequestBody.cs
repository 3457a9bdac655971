using System.Text.Json;
using OrleansAgents.Gateway.Http;

namespace OrleansAgents.Gateway.Limits;

/// <summary>Reads a JSON body in two steps, so that malformed JSON and a wrong field are told apart.</summary>
internal static class RequestBody
{
    /// <summary>The largest body that is read, in bytes.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    /// <summary>The request, or a problem that names the field.</summary>
    /// <param name="optional">An empty body counts as <c>{}</c>.</param>
    public static async Task<T> ReadAsync<T>(HttpContext context, bool optional = false)
        where T : class, new()
    {
        var body = await BodyBuffer.ReadAsync(context);
        if (body.IsEmpty)
        {
            return optional ? new T() : throw Required();
        }

        try
        {
            // Depth is limited by default, and nothing here nests deeper than two.
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw ProblemException.Invalid("invalid_request", "$", "The body must be a JSON object.");
            }
        }
        catch (JsonException e)
        {
            var place = $"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}";
            throw ProblemException.Invalid("malformed_json", "body", $"The body is not valid JSON ({place}).");
        }

        try
        {
            return JsonSerializer.Deserialize<T>(body.Span, GatewayJson.Requests)!;
        }
        catch (JsonException e)
        {
            throw WrongField(e);
        }
    }

    /// <summary>The refusal of a request without its body.</summary>
    public static ProblemException Required() => ProblemException.Invalid("body_required", "body", "Send a JSON object.");

    /// <summary>Says which field, without the names of .NET types that the exception speaks of.</summary>
    private static ProblemException WrongField(JsonException e)
    {
        var path = e.Path is null or "$" ? "$" : e.Path[(e.Path.StartsWith("$.", StringComparison.Ordinal) ? 2 : 1)..];

        // The serializer has no other sign for a name that no field has, or that is given twice, than its sentence.
        if (QuotedName(e.Message, "The JSON property '") is { } unknown)
        {
            var field = path == "$" || path == unknown || path.EndsWith('.' + unknown, StringComparison.Ordinal) ? path : $"{path}.{unknown}";
            field = field == "$" ? unknown : field;
            return ProblemException.Invalid("unknown_field", field, $"There is no field '{field}' in this request.");
        }

        if (QuotedName(e.Message, "Duplicate property '") is { } twice)
        {
            return ProblemException.Invalid("invalid_request", path == "$" ? twice : path, $"The field '{twice}' is given twice.");
        }

        return ProblemException.Invalid("invalid_request", path, $"The value of '{path}' has the wrong type or is out of range.");
    }

    private static string? QuotedName(string message, string before)
    {
        var end = message.StartsWith(before, StringComparison.Ordinal) ? message.IndexOf('\'', before.Length) : -1;
        return end < 0 ? null : message[before.Length..end];
    }
}
