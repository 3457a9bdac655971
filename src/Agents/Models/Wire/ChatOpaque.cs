using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansAgents.Agents.Json;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>The members of an answer that its server wants to see again with it: <c>reasoning_content</c>, <c>reasoning_details</c>, <c>extra_content</c>.</summary>
internal sealed class ChatOpaque
{
    /// <summary>More is not kept: the server then says itself what it misses.</summary>
    private const int MostCharacters = 1024 * 1024;

    /// <summary>Members of a detail that come in pieces.</summary>
    private static readonly string[] Pieces = ["text", "summary", "data"];

    private readonly List<JsonObject> _details = [];
    private string? _extra;
    private long _length;

    /// <summary>The name under which reasoning came; null without any.</summary>
    public string? Reasoning { get; set; }

    /// <param name="array">Pieces belong together by type and index.</param>
    public void AddDetails(string array)
    {
        _length += JsonDepth.Exceeds(array) ? MostCharacters + 1 : array.Length;
        if (_length > MostCharacters)
        {
            return;
        }

        try
        {
            foreach (var detail in JsonNode.Parse(array)!.AsArray().OfType<JsonObject>())
            {
                Add(detail);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // Too deep, or a string that is no text: nobody could send it back as it was.
            _length = MostCharacters + 1;
        }
    }

    public void AddExtra(string json)
    {
        _length += JsonDepth.Exceeds(json) ? MostCharacters + 1 : json.Length;
        _extra = json;
    }

    private void Add(JsonObject detail)
    {
        if (_details.Find(d => IsSame(d, detail)) is { } known)
        {
            Join(known, detail);
        }
        else
        {
            _details.Add((JsonObject)detail.DeepClone());
        }
    }

    /// <summary>A JSON object; null where there is nothing to give back.</summary>
    /// <param name="hasCalls">The answer has tool calls: only then its reasoning is sent back. The member is null here, because the text is in the reasoning part; see <see cref="Write"/>.</param>
    public string? ToJson(bool hasCalls)
    {
        if (_length > MostCharacters || (_details.Count == 0 && _extra is null && !(hasCalls && Reasoning is not null)))
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (hasCalls && Reasoning is not null)
            {
                json.WriteNull(Reasoning);
            }

            if (_details.Count > 0)
            {
                json.WritePropertyName("reasoning_details"u8);
                new JsonArray([.. _details.Select(d => d.DeepClone())]).WriteTo(json);
            }

            if (_extra is not null)
            {
                json.WritePropertyName("extra_content"u8);
                json.WriteRawValue(_extra);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Writes the members into an answer's message.</summary>
    /// <param name="reasoning">The text of the answer's reasoning.</param>
    public static void Write(Utf8JsonWriter json, string members, string reasoning)
    {
        using var parsed = JsonDocument.Parse(members);
        foreach (var member in parsed.RootElement.EnumerateObject())
        {
            json.WritePropertyName(member.Name);
            if (member.Value.ValueKind == JsonValueKind.Null)
            {
                json.WriteStringValue(reasoning);
            }
            else
            {
                json.WriteRawValue(member.Value.GetRawText());
            }
        }
    }

    private static bool IsSame(JsonObject a, JsonObject b) =>
        a["index"] is { } index && b["index"] is { } other && JsonNode.DeepEquals(index, other) && JsonNode.DeepEquals(a["type"], b["type"]);

    private static void Join(JsonObject known, JsonObject piece)
    {
        foreach (var (name, value) in piece)
        {
            known[name] = Pieces.Contains(name) && known[name] is JsonValue before && value is JsonValue more
                ? new StringBuilder(before.ToString()).Append(more).ToString()
                : value?.DeepClone() ?? known[name]?.DeepClone();
        }
    }
}
