using System.Buffers;
using System.Text.Json;

namespace OrleansAgents.Agents.Json;

/// <summary>Writes whole numbers as .NET reads them: a model may say 3.0 or 3e2 where its schema says integer, and is right to.</summary>
internal static class WholeNumbers
{
    /// <summary>The arguments; the same where nothing has to be changed.</summary>
    public static JsonElement In(JsonElement value, JsonElement schema)
    {
        if (!IsNeeded(value, schema))
        {
            return value;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, value, schema);
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static bool IsNeeded(JsonElement value, JsonElement schema) => value.ValueKind switch
    {
        JsonValueKind.Number => Changed(value, schema) is not null,
        JsonValueKind.Object => value.EnumerateObject().Any(member => IsNeeded(member.Value, Member(schema, member.Name))),
        JsonValueKind.Array => value.EnumerateArray().Any(item => IsNeeded(item, Part(schema, "items"))),
        _ => false,
    };

    private static void Write(Utf8JsonWriter json, JsonElement value, JsonElement schema)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number when Changed(value, schema) is { } whole:
                json.WriteNumberValue(whole);
                break;
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    json.WritePropertyName(member.Name);
                    Write(json, member.Value, Member(schema, member.Name));
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(json, item, Part(schema, "items"));
                }

                json.WriteEndArray();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    /// <summary>Null where the number stays as it is.</summary>
    private static long? Changed(JsonElement number, JsonElement schema) =>
        IsInteger(schema) && !number.TryGetInt64(out _) && number.TryGetDecimal(out var value) && decimal.Truncate(value) == value
        && value is >= long.MinValue and <= long.MaxValue ? (long)value : null;

    private static bool IsInteger(JsonElement schema) => Part(schema, "type") is var type && type.ValueKind switch
    {
        JsonValueKind.String => type.ValueEquals("integer"),
        JsonValueKind.Array => type.EnumerateArray().Any(t => t.ValueKind == JsonValueKind.String && t.ValueEquals("integer")),
        _ => false,
    };

    private static JsonElement Member(JsonElement schema, string name) =>
        Part(Part(schema, "properties"), name) is { ValueKind: not JsonValueKind.Undefined } member ? member : Part(schema, "additionalProperties");

    /// <summary>Undefined where there is none.</summary>
    private static JsonElement Part(JsonElement schema, string name) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(name, out var part) ? part : default;
}
