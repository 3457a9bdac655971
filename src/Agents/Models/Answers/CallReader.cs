using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Json;
using OrleansAgents.Core.Requests;

namespace OrleansAgents.Agents.Models.Answers;

/// <summary>Judges the calls of an answer: a call that must not be dispatched says why, in words for the model.</summary>
internal static partial class CallReader
{
    /// <summary>The largest arguments, in UTF-8 bytes of JSON.</summary>
    public const int MaxArgumentBytes = 64 * 1024;

    /// <summary>Some gateways put what they want back with a call into its id.</summary>
    private const int MaxIdLength = 16 * 1024;
    private static readonly JsonElement Empty = JsonElement.Parse("{}");

    /// <param name="lastIsCut">The answer met its length limit, so that nobody knows whether the last call is whole.</param>
    public static IReadOnlyList<ProviderCall> Read(List<FunctionCallContent> contents, IReadOnlyDictionary<string, ToolDefinition> tools, bool lastIsCut)
    {
        if (contents.Count == 0)
        {
            return [];
        }

        var ids = new HashSet<string>(contents.Count, StringComparer.Ordinal);
        var calls = new ProviderCall[contents.Count];
        for (var i = 0; i < calls.Length; i++)
        {
            calls[i] = Read(contents[i], UniqueId(contents[i].CallId, i, ids), tools, lastIsCut && i == calls.Length - 1) with
            {
                Protected = contents[i].AdditionalProperties?.GetValueOrDefault(Opaque.Key) as string,
            };
        }

        return calls;
    }

    private static ProviderCall Read(FunctionCallContent content, string id, IReadOnlyDictionary<string, ToolDefinition> tools, bool cut)
    {
        // Providers refuse later requests that repeat a name outside their alphabet.
        var name = SafeName(content.Name);
        if (cut)
        {
            return new(id, name, Empty, "The call was cut off because the answer met its length limit. Call again with shorter arguments.");
        }

        if (content.Exception is not null || content.Arguments is null)
        {
            return new(id, name, Empty, content.Exception is UnusableException unusable ? unusable.Message : "The arguments are not a JSON object. Call again with well-formed JSON.");
        }

        var arguments = Empty;
        try
        {
            arguments = Element(content.Arguments);
        }
        catch (UnusableException e)
        {
            return new(id, name, Empty, e.Message);
        }

        if (!tools.TryGetValue(content.Name, out var tool))
        {
            var known = tools.Count == 0 ? "There are no tools." : $"The tools are: {string.Join(", ", tools.Keys)}.";
            return new(id, name, arguments, $"There is no tool named '{name}'. {known}");
        }

        var misfit = JsonSchemaCheck.Misfit(tool.Parameters, arguments);
        return new(id, name, arguments, misfit is null ? null : $"The arguments do not fit the schema of {name}: {misfit}");
    }

    /// <summary>The arguments as a client library hands them out.</summary>
    /// <exception cref="UnusableException">Nobody could record them and read them back.</exception>
    public static Dictionary<string, object?>? Parse(string json)
    {
        if (string.IsNullOrWhiteSpace(json))
        {
            return [];
        }

        // More UTF-16 units than this are more bytes.
        if (json.Length > MaxArgumentBytes)
        {
            throw UnusableException.TooLong;
        }

        if (JsonDepth.Exceeds(json))
        {
            throw UnusableException.TooDeep;
        }

        // Some servers say null for none, or encode the text once more.
        var text = json.AsSpan().Trim();
        return text is "null" ? []
            : text[0] == '"' && JsonSerializer.Deserialize<string>(text) is { } inner && !inner.AsSpan().TrimStart().StartsWith('"') ? Parse(inner)
            : JsonSerializer.Deserialize<Dictionary<string, object?>>(json, AIJsonUtilities.DefaultOptions);
    }

    /// <summary>Whether the text is one whole JSON value.</summary>
    public static bool IsJson(string text)
    {
        try
        {
            using var _ = JsonDocument.Parse(text);
            return true;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return false;
        }
    }

    private static JsonElement Element(IDictionary<string, object?> arguments)
    {
        if (arguments.Count == 0)
        {
            return Empty;
        }

        byte[] json;
        try
        {
            json = JsonSerializer.SerializeToUtf8Bytes(arguments, ToolJson.Options);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw UnusableException.NotText;
        }
        catch (JsonException)
        {
            throw UnusableException.TooDeep;
        }

        return json.Length > MaxArgumentBytes ? throw UnusableException.TooLong
            : JsonDepth.Exceeds(json) ? throw UnusableException.TooDeep
            : JsonElement.Parse(json);
    }

    private static string UniqueId(string? given, int position, HashSet<string> ids)
    {
        var id = given is { Length: > 0 and <= MaxIdLength } ? Utf16.Repair(given) : $"call_{position + 1}";
        var unique = id;
        for (var n = 2; !ids.Add(unique); n++)
        {
            unique = $"{id}_{n}";
        }

        return unique;
    }

    private static string SafeName(string name)
    {
        if (name.Length is > 0 and <= 64 && !Unsafe().IsMatch(name))
        {
            return name;
        }

        var safe = Unsafe().Replace(name.Length > 64 ? name[..64] : name, "_");
        return safe.Length == 0 ? "unnamed" : safe;
    }

    [GeneratedRegex("[^A-Za-z0-9_-]")]
    private static partial Regex Unsafe();

    /// <summary>Arguments that cannot be recorded; the message is for the model.</summary>
    internal sealed class UnusableException(string message) : Exception(message)
    {
        public static UnusableException TooLong => new($"The arguments are longer than {MaxArgumentBytes / 1024} KB. Call again with shorter arguments.");

        public static UnusableException TooDeep => new($"The arguments are nested deeper than {JsonDepth.Max}. Call again with flatter arguments.");

        public static UnusableException NotText => new("The arguments hold half of a surrogate pair, which is no Unicode text. Call again with whole characters.");
    }
}
