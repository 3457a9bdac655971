using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>Reads what the chunks of an answer are made of. A value of another type than it should have reads as nothing.</summary>
internal static class ChatJson
{
    /// <summary>Of what is read at all; arguments have their own limit, below this.</summary>
    public static readonly JsonReaderOptions Options = new() { MaxDepth = 256 };

    /// <summary>The next member of the object that the reader is in; the reader is at its value.</summary>
    public static bool Next(ref Utf8JsonReader reader, out ReadOnlySpan<byte> name)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
        {
            name = default;
            return false;
        }

        name = reader.ValueSpan;
        return reader.Read();
    }

    /// <summary>A text that is not empty, or what holds one.</summary>
    public static bool IsSomething(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray || (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0);

    /// <summary>The JSON text of the value. Bytes that are not valid UTF-8 become U+FFFD.</summary>
    public static string Raw(ref Utf8JsonReader reader)
    {
        using var value = JsonDocument.ParseValue(ref reader);
        return Raw(value.RootElement);
    }

    /// <inheritdoc cref="Raw(ref Utf8JsonReader)"/>
    public static string Raw(JsonElement value) => Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value));

    /// <summary>Whether every string and name in the value is Unicode text: half of a surrogate pair cannot be sent back.</summary>
    public static bool IsText(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString() is not null,
                JsonValueKind.Object => value.EnumerateObject().All(m => m.Name is not null && IsText(m.Value)),
                JsonValueKind.Array => value.EnumerateArray().All(IsText),
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    public static long? Number(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            return reader.TryGetInt64(out var whole) ? whole : reader.TryGetDouble(out var number) && Math.Abs(number) < long.MaxValue ? (long)number : null;
        }

        reader.Skip();
        return null;
    }

    /// <summary>The string at the reader, with half a surrogate pair where it has one: the other half may be in the next chunk.</summary>
    public static string Text(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }

        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return JsonText.Unescape(reader.ValueSpan);
        }
    }

    /// <inheritdoc cref="Text(ref Utf8JsonReader)"/>
    public static string Text(JsonElement value) => JsonText.Unescape(JsonMarshal.GetRawUtf8Value(value)[1..^1]);
}
