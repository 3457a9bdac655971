using System.Text.Json;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>Locates the members of one event of a response without reading their values. Valid as long as the bytes of the event.</summary>
internal ref struct ResponsesEvent
{
    /// <summary>Such as <c>response.output_text.delta</c>; empty for a whole response that is no stream.</summary>
    public ReadOnlySpan<byte> Type;

    /// <summary>Of the item that it is about.</summary>
    public ReadOnlySpan<byte> ItemId;

    /// <summary>Of the item, within the output of the response.</summary>
    public int? Place;

    /// <summary>Readers positioned at the values of these members; their token type is <c>None</c> where the event lacks the member.</summary>
    public Utf8JsonReader Delta, Arguments, Item, Response;

    public bool IsError;

    public readonly bool Is(ReadOnlySpan<byte> type) => Type.SequenceEqual(type);

    /// <exception cref="JsonException">It is no JSON.</exception>
    public static ResponsesEvent Read(ReadOnlySpan<byte> json)
    {
        var found = default(ResponsesEvent);
        var reader = new Utf8JsonReader(json, ChatJson.Options);
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            found.IsError = true;
            return found;
        }

        var whole = reader;
        while (ChatJson.Next(ref reader, out var name))
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.String when name.SequenceEqual("type"u8):
                    found.Type = reader.ValueSpan;
                    break;
                case JsonTokenType.String when name.SequenceEqual("item_id"u8):
                    found.ItemId = reader.ValueSpan;
                    break;
                case JsonTokenType.String when name.SequenceEqual("object"u8) && reader.ValueTextEquals("response"u8):
                    found.Response = whole;
                    break;
                case JsonTokenType.Number when name.SequenceEqual("output_index"u8):
                    found.Place = reader.TryGetInt32(out var index) ? index : null;
                    break;
                case JsonTokenType.String when name.SequenceEqual("delta"u8):
                    found.Delta = reader;
                    break;
                case JsonTokenType.String or JsonTokenType.StartObject when name.SequenceEqual("arguments"u8):
                    found.Arguments = reader;
                    break;
                case JsonTokenType.StartObject when name.SequenceEqual("item"u8):
                    found.Item = reader;
                    break;
                case JsonTokenType.StartObject when name.SequenceEqual("response"u8):
                    found.Response = reader;
                    break;
                default:
                    found.IsError |= name.SequenceEqual("error"u8) && ChatJson.IsSomething(ref reader);
                    break;
            }

            reader.Skip();
        }

        return found;
    }
}
