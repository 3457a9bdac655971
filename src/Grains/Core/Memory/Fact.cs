using System.Text.Json;
using System.Text.RegularExpressions;

namespace OrleansAgents.Core.Memory;

/// <summary>A literal value that was said, with the name of its field where it came with one.</summary>
internal readonly partial record struct Fact(string? Field, string Value)
{
    /// <summary>Shorter values name nothing, longer ones are prose.</summary>
    private const int MinLength = 2, MaxLength = 80;

    /// <summary>A message with more is a data set: the head of it stands for it.</summary>
    private const int MaxFacts = 2_000, MaxScanned = 4 * 1024 * 1024;

    public override string ToString() => Field is null ? Value : $"{Field}={Value}";

    /// <summary>Facts of a text, in its order: the scalars of a JSON document by field, else what looks like an id, a number, a date or a name.</summary>
    public static IReadOnlyList<Fact> Of(string text)
    {
        var facts = new List<Fact>();
        if (Json(text) is { } json)
        {
            using (json)
            {
                AddAll(facts, null, json.RootElement);
            }
        }
        else
        {
            AddLiterals(facts, text);
        }

        return facts;
    }

    /// <inheritdoc cref="Of(string)"/>
    public static IReadOnlyList<Fact> Of(JsonElement json)
    {
        var facts = new List<Fact>();
        AddAll(facts, null, json);
        return facts;
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
    private static void AddAll(List<Fact> facts, string? field, JsonElement json)
    {
        if (json.ValueKind is JsonValueKind.Object)
        {
            foreach (var member in json.EnumerateObject().Where(m => !IsNested(m.Value)))
            {
                AddScalar(facts, NameOf(member), member.Value);
            }

            foreach (var member in json.EnumerateObject().Where(m => IsNested(m.Value)))
            {
                AddAll(facts, NameOf(member), member.Value);
            }
        }
        else if (json.ValueKind is JsonValueKind.Array)
        {
            foreach (var item in json.EnumerateArray())
            {
                AddAll(facts, field, item);
            }
        }
        else
        {
            AddScalar(facts, field, json);
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

    private static void AddScalar(List<Fact> facts, string? field, JsonElement json)
    {
        try
        {
            Add(facts, field, json.ValueKind switch
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

    private static void AddLiterals(List<Fact> facts, string text)
    {
        foreach (var match in Literal().EnumerateMatches(text.AsSpan(0, Math.Min(text.Length, MaxScanned))))
        {
            Add(facts, null, text.AsSpan(match.Index, match.Length).Trim(".,;:").ToString());
        }
    }

    private static void Add(List<Fact> facts, string? field, string value)
    {
        if (value.Length is >= MinLength and <= MaxLength && facts.Count < MaxFacts)
        {
            facts.Add(new(field, value.ReplaceLineEndings(" ")));
        }
    }

    /// <summary>Words with a digit or an underscore, and capitalised names of some length.</summary>
    [GeneratedRegex(@"\b(?:\p{L}*[_\d][\w\-.:@]*|\p{Lu}\p{Ll}{4,}(?: \p{Lu}\p{Ll}+)*)", RegexOptions.CultureInvariant)]
    private static partial Regex Literal();
}
