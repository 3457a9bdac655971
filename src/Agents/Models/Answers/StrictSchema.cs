using System.Text.Json;

namespace OrleansAgents.Agents.Models.Answers;

/// <summary>Whether a provider accepts a schema as strict: every object lists all its members, requires each and allows no other. Pure.</summary>
internal static class StrictSchema
{
    private static readonly string[] Kinds = ["type", "$ref", "anyOf", "enum", "const"];

    public static bool Fits(JsonElement schema) => schema.ValueKind == JsonValueKind.Object && Kinds.Any(kind => schema.TryGetProperty(kind, out _))
        && IsClosed(schema) && schema.EnumerateObject().All(keyword => keyword.Name switch
        {
            "properties" or "$defs" or "definitions" => keyword.Value.ValueKind == JsonValueKind.Object && keyword.Value.EnumerateObject().All(m => Fits(m.Value)),
            "anyOf" => keyword.Value.ValueKind == JsonValueKind.Array && keyword.Value.EnumerateArray().All(Fits),
            "items" => Fits(keyword.Value),

            // Not a part of the strict form.
            "oneOf" or "allOf" or "default" => false,
            _ => true,
        });

    private static bool IsClosed(JsonElement schema)
    {
        var hasMembers = schema.TryGetProperty("properties", out var members) && members.ValueKind == JsonValueKind.Object;
        if (!hasMembers && !IsObject(schema))
        {
            return true;
        }

        var required = schema.TryGetProperty("required", out var names) && names.ValueKind == JsonValueKind.Array
            ? names.EnumerateArray().Select(n => n.ToString()).ToHashSet(StringComparer.Ordinal)
            : [];
        return schema.TryGetProperty("additionalProperties", out var others) && others.ValueKind == JsonValueKind.False
            && (!hasMembers || members.EnumerateObject().All(m => required.Contains(m.Name)));
    }

    private static bool IsObject(JsonElement schema) => schema.TryGetProperty("type", out var type)
        && (type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Any(IsWord) : IsWord(type));

    private static bool IsWord(JsonElement type) => type.ValueKind == JsonValueKind.String && type.ValueEquals("object");
}
