using System.Text.Json;

namespace OrleansAgents.Agents.Json;

/// <summary>Checks a value against the part of JSON Schema that tools and outputs use. Pure.</summary>
/// <remarks>
/// Knows <c>type</c>, <c>enum</c>, <c>const</c>, <c>required</c>, <c>properties</c>, <c>additionalProperties</c>, <c>items</c>,
/// <c>anyOf</c>, <c>oneOf</c>, <c>allOf</c>, local <c>$ref</c> and the bounds of <see cref="SchemaBounds"/>. Other keywords pass: a tool judges them itself,
/// and <c>OutputSchema</c> takes no others.
/// </remarks>
internal static class JsonSchemaCheck
{
    private const int MaxDepth = 64;

    /// <summary>Comparisons of a value with a schema, a listed value or a name; alternatives of alternatives could ask for any number.</summary>
    private const int MaxWork = 100_000;

    /// <summary>The first thing that does not fit, as a sentence for the model; null when all fits.</summary>
    public static string? Misfit(JsonElement schema, JsonElement value) => Check(new(schema), schema, value, "", 0);

    /// <summary>One check.</summary>
    private sealed class Scope(JsonElement root)
    {
        public JsonElement Root { get; } = root;

        public int Work { get; set; }
    }

    private static string? Check(Scope scope, JsonElement schema, JsonElement value, string path, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return schema.ValueKind == JsonValueKind.False ? $"{Name(path)} is not allowed." : null;
        }

        if (depth > MaxDepth)
        {
            return $"{Name(path)} is nested too deeply.";
        }

        scope.Work += 1 + LengthOf(schema, "enum") + LengthOf(schema, "required");
        if (scope.Work > MaxWork)
        {
            return $"{Name(path)} takes too long to check.";
        }

        return Referred(scope, schema, value, path, depth)
            ?? Type(schema, value, path)
            ?? Values(schema, value, path)
            ?? (SchemaBounds.Missed(schema, value) is { } must ? $"{Name(path)} must {must}." : null)
            ?? Combined(scope, schema, value, path, depth)
            ?? value.ValueKind switch
            {
                JsonValueKind.Object => Members(scope, schema, value, path, depth),
                JsonValueKind.Array => Items(scope, schema, value, path, depth),
                _ => null,
            };
    }

    private static int LengthOf(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out var list) && list.ValueKind == JsonValueKind.Array ? list.GetArrayLength() : 0;

    private static string? Referred(Scope scope, JsonElement schema, JsonElement value, string path, int depth) =>
        schema.TryGetProperty("$ref", out var reference) && reference.ValueKind == JsonValueKind.String
            && Resolve(scope.Root, reference.GetString()!) is { } target
            ? Check(scope, target, value, path, depth + 1)
            : null;

    private static string? Type(JsonElement schema, JsonElement value, string path)
    {
        if (!schema.TryGetProperty("type", out var type))
        {
            return null;
        }

        if (type.ValueKind == JsonValueKind.String)
        {
            return Is(type, value) ? null : $"{Name(path)} must be {Article(type.GetString()!)}, not {Article(KindOf(value))}.";
        }

        if (type.ValueKind != JsonValueKind.Array || type.EnumerateArray().Any(t => Is(t, value)))
        {
            return null;
        }

        return $"{Name(path)} must be {string.Join(" or ", type.EnumerateArray().Select(t => Article(t.ToString())))}, not {Article(KindOf(value))}.";
    }

    private static string? Values(JsonElement schema, JsonElement value, string path)
    {
        if (schema.TryGetProperty("enum", out var options) && options.ValueKind == JsonValueKind.Array
            && !options.EnumerateArray().Any(o => JsonElement.DeepEquals(o, value)))
        {
            return $"{Name(path)} must be one of {string.Join(", ", options.EnumerateArray().Select(o => o.GetRawText()))}.";
        }

        return schema.TryGetProperty("const", out var only) && !JsonElement.DeepEquals(only, value)
            ? $"{Name(path)} must be {only.GetRawText()}."
            : null;
    }

    private static string? Combined(Scope scope, JsonElement schema, JsonElement value, string path, int depth)
    {
        if (schema.TryGetProperty("allOf", out var all) && all.ValueKind == JsonValueKind.Array)
        {
            foreach (var part in all.EnumerateArray())
            {
                if (Check(scope, part, value, path, depth + 1) is { } misfit)
                {
                    return misfit;
                }
            }
        }

        return Any("anyOf", onlyOne: false) ?? Any("oneOf", onlyOne: true);

        string? Any(string keyword, bool onlyOne)
        {
            if (!schema.TryGetProperty(keyword, out var any) || any.ValueKind != JsonValueKind.Array || any.GetArrayLength() == 0)
            {
                return null;
            }

            string? last = null;
            var fit = 0;
            foreach (var part in any.EnumerateArray())
            {
                if (Check(scope, part, value, path, depth + 1) is { } misfit)
                {
                    last = misfit;
                }
                else if (++fit > 1)
                {
                    return $"{Name(path)} fits more than one of its alternatives.";
                }
                else if (!onlyOne)
                {
                    return null;
                }
            }

            return fit == 1 ? null : last;
        }
    }

    private static string? Members(Scope scope, JsonElement schema, JsonElement value, string path, int depth)
    {
        if (schema.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.Array)
        {
            foreach (var name in required.EnumerateArray())
            {
                if (!value.TryGetProperty(name.GetString()!, out _))
                {
                    return $"{Name(Join(path, name.GetString()!))} is missing.";
                }
            }
        }

        var hasProperties = schema.TryGetProperty("properties", out var properties);
        var hasRest = schema.TryGetProperty("additionalProperties", out var rest);
        foreach (var member in value.EnumerateObject())
        {
            var at = Join(path, member.Name);
            if (hasProperties && properties.TryGetProperty(member.Name, out var known))
            {
                if (Check(scope, known, member.Value, at, depth + 1) is { } misfit)
                {
                    return misfit;
                }
            }
            else if (hasRest && Check(scope, rest, member.Value, at, depth + 1) is { } misfit)
            {
                return misfit;
            }
        }

        return null;
    }

    private static string? Items(Scope scope, JsonElement schema, JsonElement value, string path, int depth)
    {
        if (!schema.TryGetProperty("items", out var items))
        {
            return null;
        }

        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (Check(scope, items, item, $"{path}[{index++}]", depth + 1) is { } misfit)
            {
                return misfit;
            }
        }

        return null;
    }

    /// <summary>The schema at a local reference such as <c>#/$defs/name</c>; null where there is none.</summary>
    public static JsonElement? Resolve(JsonElement root, string pointer)
    {
        if (!pointer.StartsWith('#'))
        {
            return null;
        }

        var at = root;
        foreach (var step in pointer.Split('/').Skip(1))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step.Replace("~1", "/").Replace("~0", "~"), out at))
            {
                return null;
            }
        }

        return at;
    }

    private static bool Is(JsonElement type, JsonElement value) => type.ValueKind != JsonValueKind.String || type.GetString() switch
    {
        "integer" => value.ValueKind == JsonValueKind.Number && (value.TryGetInt64(out _) || (value.TryGetDouble(out var d) && Math.Floor(d) == d)),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        var word => KindOf(value) == word,
    };

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };

    private static string Article(string word) => word switch
    {
        "null" => "null",
        "object" or "array" or "integer" => "an " + word,
        _ => "a " + word,
    };

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{(name.Length > 64 ? name[..64] : name)}";

    private static string Name(string path) => path.Length == 0 ? "the value" : $"'{(path.Length > 200 ? path[..200] : path)}'";
}
