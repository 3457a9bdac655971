using System.Text.Json;
using System.Text.RegularExpressions;

namespace OrleansAgents.Core.Memory;

/// <summary>A literal value that was said, with the name of its field where it came with one.</summary>
internal readonly partial record struct Literal(string? Field, string Value)
{
    /// <summary>Shorter values name nothing, longer ones are prose.</summary>
    private const int MinLength = 2, MaxLength = 80;

    /// <summary>A message with more is a data set: the head of it stands for it.</summary>
    private const int MaxLiterals = 2_000, MaxScanned = 4 * 1024 * 1024;

    public override string ToString() => Field is null ? Value : $"{Field}={Value}";

    /// <summary>Literals of a text, in its order: the scalars of a JSON document by field, else what looks like an id, a number, a date or a name.</summary>
    public static IReadOnlyList<Literal> Of(string text)
    {
        var literals = new List<Literal>();
        if (Json(text) is { } json)
        {
            using (json)
            {
                AddAll(literals, null, json.RootElement);
            }
        }
        else
        {
            AddLiterals(literals, text);
        }

        return literals;
    }

    /// <inheritdoc cref="Of(string)"/>
    public static IReadOnlyList<Literal> Of(JsonElement json)
    {
        var literals = new List<Literal>();
        AddAll(literals, null, json);
        return literals;
    }

    private static JsonDocument? Json(string text)
    {
        if (text.AsSpan().TrimStart() is not (['{', ..] or ['[', ..]))
        {
            return null;
        }

        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>An object's own scalars first, so that what belongs together stands together.</summary>
    private static void AddAll(List<Literal> literals, string? field, JsonElement json)
    {
        if (json.ValueKind is JsonValueKind.Object)
        {
            foreach (var member in json.EnumerateObject().Where(m => !IsNested(m.Value)))
            {
                AddScalar(literals, NameOf(member), member.Value);
            }

            foreach (var member in json.EnumerateObject().Where(m => IsNested(m.Value)))
            {
                AddAll(literals, NameOf(member), member.Value);
            }
        }
        else if (json.ValueKind is JsonValueKind.Array)
        {
            foreach (var item in json.EnumerateArray())
            {
                AddAll(literals, field, item);
            }
        }
        else
        {
            AddScalar(literals, field, json);
        }
    }

    private static string? NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return null; // See AddScalar.
        }
    }

    private static bool IsNested(JsonElement json) => json.ValueKind is JsonValueKind.Object or JsonValueKind.Array;

    private static void AddScalar(List<Literal> literals, string? field, JsonElement json)
    {
        try
        {
            Add(literals, field, json.ValueKind switch
            {
                JsonValueKind.String => json.GetString()!.Trim(),
                JsonValueKind.Number => json.GetRawText(),
                _ => "",
            });
        }
        catch (InvalidOperationException)
        {
            // JSON can hold half of a surrogate pair as an escape; such a string names nothing.
        }
    }

    private static void AddLiterals(List<Literal> literals, string text)
    {
        foreach (var match in Pattern().EnumerateMatches(text.AsSpan(0, Math.Min(text.Length, MaxScanned))))
        {
            Add(literals, null, text.AsSpan(match.Index, match.Length).Trim(".,;:").ToString());
        }
    }

    private static void Add(List<Literal> literals, string? field, string value)
    {
        if (value.Length is >= MinLength and <= MaxLength && literals.Count < MaxLiterals)
        {
            literals.Add(new(field, value.ReplaceLineEndings(" ")));
        }
    }

    /// <summary>Words with a digit or an underscore, and capitalised names of some length.</summary>
    [GeneratedRegex(@"\b(?:\p{L}*[_\d][\w\-.:@]*|\p{Lu}\p{Ll}{4,}(?: \p{Lu}\p{Ll}+)*)", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
