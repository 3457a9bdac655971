using System.Collections.Frozen;
using System.Text.Json;

namespace OrleansAgents.Agents.Json;

/// <summary>The keywords of a schema that are a number: how long, how many, how much. Pure.</summary>
internal static class SchemaBounds
{
    private static readonly (string Keyword, string Must, JsonValueKind Kind, Func<double, double, bool> Met)[] All =
    [
        ("minLength", "have at least {0} characters", JsonValueKind.String, (has, bound) => has >= bound),
        ("maxLength", "have at most {0} characters", JsonValueKind.String, (has, bound) => has <= bound),
        ("minItems", "have at least {0} items", JsonValueKind.Array, (has, bound) => has >= bound),
        ("maxItems", "have at most {0} items", JsonValueKind.Array, (has, bound) => has <= bound),
        ("minimum", "be at least {0}", JsonValueKind.Number, (has, bound) => has >= bound),
        ("maximum", "be at most {0}", JsonValueKind.Number, (has, bound) => has <= bound),
        ("exclusiveMinimum", "be more than {0}", JsonValueKind.Number, (has, bound) => has > bound),
        ("exclusiveMaximum", "be less than {0}", JsonValueKind.Number, (has, bound) => has < bound),
    ];

    public static FrozenSet<string> Keywords { get; } = All.Select(b => b.Keyword).ToFrozenSet();

    /// <summary>What the value must be and is not, such as <c>be at least 3</c>; null when it is within all bounds.</summary>
    public static string? Missed(JsonElement schema, JsonElement value)
    {
        double? has = null;
        foreach (var (keyword, must, kind, met) in All)
        {
            if (value.ValueKind == kind && schema.TryGetProperty(keyword, out var bound) && bound.ValueKind == JsonValueKind.Number
                && !met(has ??= SizeOf(value), bound.GetDouble()))
            {
                return must.Replace("{0}", bound.GetRawText(), StringComparison.Ordinal);
            }
        }

        return null;
    }

    private static double SizeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!.EnumerateRunes().Count(),
        JsonValueKind.Array => value.GetArrayLength(),
        _ => value.GetDouble(),
    };
}
