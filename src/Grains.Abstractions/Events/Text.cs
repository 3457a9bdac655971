using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansAgents.Events;

/// <summary>Text of any length: inline up to 64 KB (UTF-8), beyond that a reference to a stored body.</summary>
/// <remarks>On the wire a string, or <c>{ "ref": "sha256:…", "bytes": n, "preview": "…" }</c>.</remarks>
[JsonConverter(typeof(TextJson))]
[GenerateSerializer, Immutable, Alias("text")]
public sealed record Text([property: Id(0)] string? Inline, [property: Id(1)] BodyRef? Body)
{
    /// <summary>The largest inline text, in UTF-8 bytes.</summary>
    public const int MaxInlineBytes = 64 * 1024;

    public static implicit operator Text(string value) => new(value, null);

    public static Text FromString(string value) => value;

    /// <summary>The text itself, or the beginning of it when it is stored as a body.</summary>
    public string Preview => Inline ?? Body!.Preview;

    public override string ToString() => Preview;
}

/// <summary>A stored body, named by its content.</summary>
/// <param name="Ref"><c>sha256:</c> and 64 hexadecimal digits.</param>
/// <param name="Bytes">Length in UTF-8 bytes.</param>
/// <param name="Preview">Its first characters.</param>
[GenerateSerializer, Immutable, Alias("body-ref")]
public sealed record BodyRef([property: Id(0)] string Ref, [property: Id(1)] long Bytes, [property: Id(2)] string Preview);

/// <summary>See <see cref="Text"/>.</summary>
public sealed class TextJson : JsonConverter<Text>
{
    public override Text Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            ? new(reader.GetString(), null)
            : new(null, JsonSerializer.Deserialize(ref reader, EventJson.Default.BodyRef));

    public override void Write(Utf8JsonWriter writer, Text value, JsonSerializerOptions options)
    {
        if (value.Inline is { } inline)
        {
            writer.WriteStringValue(inline);
        }
        else
        {
            JsonSerializer.Serialize(writer, value.Body!, EventJson.Default.BodyRef);
        }
    }
}
