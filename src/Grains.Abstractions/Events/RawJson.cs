using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansAgents.Events;

/// <summary>JSON that passes through unchanged.</summary>
[GenerateSerializer, Immutable, Alias("raw-json")]
[JsonConverter(typeof(RawJsonConverter))]
public sealed record RawJson([property: Id(0)] byte[] Utf8)
{
    public static RawJson From(JsonElement element) => new(JsonSerializer.SerializeToUtf8Bytes(element, EventJson.Default.JsonElement));
}

/// <summary>See <see cref="RawJson"/>.</summary>
public sealed class RawJsonConverter : JsonConverter<RawJson>
{
    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        RawJson.From(JsonElement.ParseValue(ref reader));

    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Utf8, skipInputValidation: true);
}
