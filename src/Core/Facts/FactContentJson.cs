using System.Text.Json.Serialization;

namespace OrleansAgents.Core.Facts;

/// <summary>JSON of a stored fact.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FactContent))]
internal sealed partial class FactContentJson : JsonSerializerContext
{
    private static FactContentJson? _relaxed;

    /// <inheritdoc cref="RelaxedJson"/>
    public static FactContentJson Relaxed => _relaxed ??= new(RelaxedJson.Options());
}
