using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using OrleansAgents.Agents.Json;

namespace OrleansAgents.Agents.Models.Answers;

/// <summary>The JSON schema of a run's output: which schemas are taken, and whether an answer fits. Pure.</summary>
/// <remarks>What is not checked is not taken, so that an output that was accepted fits its schema. No regular expressions: a schema is a stranger's.</remarks>
internal static class OutputSchema
{
    /// <summary>The largest schema, in UTF-8 bytes of JSON.</summary>
    public const int MaxBytes = 32 * 1024;

    private const int MaxDepth = 32;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Keywords that hold one schema.</summary>
    private static readonly FrozenSet<string> One = FrozenSet.Create("items", "additionalProperties");

    /// <summary>Keywords that hold schemas by name.</summary>
    private static readonly FrozenSet<string> Named = FrozenSet.Create("properties", "$defs", "definitions");

    /// <summary>Keywords that hold a list of schemas.</summary>
    private static readonly FrozenSet<string> Many = FrozenSet.Create("anyOf", "oneOf", "allOf");

    /// <summary>Keywords that are only said to the model and to people.</summary>
    private static readonly FrozenSet<string> Said = FrozenSet.Create("title", "description", "default", "examples", "format", "$schema", "$comment", "deprecated");

    private static readonly FrozenSet<string> Types = FrozenSet.Create("object", "array", "string", "number", "integer", "boolean", "null");

    /// <summary>Why the schema cannot be used, as a sentence; null when it can.</summary>
    public static string? Flaw(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String || !type.ValueEquals("object"))
        {
            return "The schema must say \"type\": \"object\" at its root; providers take nothing else.";
        }

        return Encoding.UTF8.GetByteCount(schema.GetRawText()) > MaxBytes ? $"The schema is larger than {MaxBytes / 1024} KB."
            : JsonDepth.Exceeds(schema.GetRawText()) ? $"The schema is nested deeper than {JsonDepth.Max}."
            : Flaw(schema, schema, 0);
    }

    /// <summary>Why a final answer is not what the schema asks for, as a sentence for the model; null when it is.</summary>
    /// <param name="answer">Its text, see <see cref="BareJson"/>.</param>
    public static string? Misfit(JsonElement schema, string answer, bool cut)
    {
        if (cut)
        {
            return "The answer met its length limit before it was whole.";
        }

        try
        {
            var value = JsonElement.Parse(answer, Strict);
            return JsonSchemaCheck.Misfit(schema, value) is { } misfit ? $"The answer does not fit its schema: {misfit}" : null;
        }
        catch (JsonException)
        {
            return "The answer is not a JSON document, alone and without anything around it.";
        }
        catch (InvalidOperationException)
        {
            return "The answer holds a string that is not Unicode text.";
        }
    }

    private static string? Flaw(JsonElement root, JsonElement schema, int depth)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return null;
        }

        return schema.ValueKind != JsonValueKind.Object ? "A part of the schema is neither an object nor true nor false."
            : depth > MaxDepth ? $"The schema is nested deeper than {MaxDepth}."
            : schema.EnumerateObject().Select(keyword => Flaw(root, keyword, depth + 1)).FirstOrDefault(flaw => flaw is not null);
    }

    private static string? Flaw(JsonElement root, JsonProperty keyword, int depth)
    {
        var (name, value) = (keyword.Name, keyword.Value);
        if (One.Contains(name))
        {
            return Flaw(root, value, depth);
        }

        if (Named.Contains(name))
        {
            return value.ValueKind != JsonValueKind.Object ? Wrong(name, "an object of schemas")
                : value.EnumerateObject().Select(member => Flaw(root, member.Value, depth)).FirstOrDefault(flaw => flaw is not null);
        }

        if (Many.Contains(name))
        {
            return value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0 ? Wrong(name, "a list of schemas")
                : value.EnumerateArray().Select(part => Flaw(root, part, depth)).FirstOrDefault(flaw => flaw is not null);
        }

        return name switch
        {
            "type" => IsType(value) || (IsListOf(value, IsType) && value.GetArrayLength() > 0) ? null : Wrong(name, "a type or a list of types"),
            "required" => IsListOf(value, v => v.ValueKind == JsonValueKind.String) ? null : Wrong(name, "a list of names"),
            "enum" => IsListOf(value, _ => true) && value.GetArrayLength() > 0 ? null : Wrong(name, "a list of values"),
            "const" => null,
            "$ref" => value.ValueKind == JsonValueKind.String && JsonSchemaCheck.Resolve(root, value.GetString()!) is not null
                ? null : Wrong(name, "the place of a schema in this one, such as #/$defs/name"),
            _ when SchemaBounds.Keywords.Contains(name) => value.ValueKind == JsonValueKind.Number ? null : Wrong(name, "a number"),
            _ when Said.Contains(name) => null,
            _ => $"The schema's '{Short(name)}' is not checked by this service, and so not taken.",
        };
    }

    private static bool IsType(JsonElement value) => value.ValueKind == JsonValueKind.String && Types.Contains(value.GetString()!);

    private static bool IsListOf(JsonElement value, Func<JsonElement, bool> what) =>
        value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(what);

    private static string Wrong(string keyword, string what) => $"The schema's '{keyword}' must be {what}.";

    private static string Short(string name) => name.Length > 64 ? Utf16.Repair(name[..64]) : name;
}
