using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Models.Answers;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>What an <see cref="IChatClient"/> gives with an answer and wants back: the protected data of reasoning, the additional properties of reasoning and calls.</summary>
/// <remarks>It is bound to who the client says it asks, so that a client of another provider under the same model name gets none of it.</remarks>
internal sealed class ClientOpaque
{
    /// <summary>Of an answer. Data beyond it is dropped.</summary>
    public const int MostCharacters = 1_000_000;

    private readonly string _who;

    public ClientOpaque(IChatClient client)
    {
        var who = client.GetService<ChatClientMetadata>();
        _who = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{who?.ProviderName}|{who?.ProviderUri}|{who?.DefaultModelId}")))[..16];
    }

    /// <summary>Marks reasoning without data as this client's.</summary>
    public string Mark => Opaque.Keep(_who, "")!;

    /// <summary>Null where there is nothing to give back, or too much.</summary>
    public string? Keep(string? data, AdditionalPropertiesDictionary? properties)
    {
        var given = new Given(string.IsNullOrEmpty(data) ? null : data, Json(properties));
        if (given is { Data: null, Properties: null })
        {
            return null;
        }

        var json = JsonSerializer.Serialize(given);
        return json.Length > MostCharacters ? null : Opaque.Keep(_who, json);
    }

    /// <summary>False for what another client gave.</summary>
    public bool TryRead(string? kept, out string? data, out AdditionalPropertiesDictionary? properties)
    {
        (data, properties) = (null, null);
        if (Opaque.For(_who, kept) is not { } json)
        {
            return false;
        }

        if (json.Length > 0)
        {
            var given = JsonSerializer.Deserialize<Given>(json)!;
            data = given.Data;
            properties = given.Properties is null ? null : new(given.Properties.Select(p => KeyValuePair.Create(p.Key, Value(p.Value))));
        }

        return true;
    }

    /// <summary>Properties that have no form in JSON are left out.</summary>
    private static Dictionary<string, JsonElement>? Json(AdditionalPropertiesDictionary? properties)
    {
        if (properties is not { Count: > 0 })
        {
            return null;
        }

        var json = new Dictionary<string, JsonElement>(properties.Count, StringComparer.Ordinal);
        foreach (var (name, value) in properties)
        {
            try
            {
                json[name] = JsonSerializer.SerializeToElement(value, AIJsonUtilities.DefaultOptions);
            }
            catch (Exception e) when (e is NotSupportedException or JsonException or InvalidOperationException or ArgumentException)
            {
                // Such as a stream, or a graph that comes back to itself.
            }
        }

        return json.Count == 0 ? null : json;
    }

    /// <summary>Clients look for the plain types that they wrote.</summary>
    private static object? Value(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString(),
        JsonValueKind.True or JsonValueKind.False => json.GetBoolean(),
        JsonValueKind.Null => null,
        _ => json,
    };

    private sealed record Given(string? Data, Dictionary<string, JsonElement>? Properties);
}
