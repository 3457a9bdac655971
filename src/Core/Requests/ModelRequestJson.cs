using System.Text.Json.Serialization;

namespace OrleansAgents.Core.Requests;

/// <summary>JSON of requests and definitions.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ModelRequest))]
[JsonSerializable(typeof(AgentDefinition))]
[JsonSerializable(typeof(RequestMessage))]
internal sealed partial class ModelRequestJson : JsonSerializerContext
{
    private static ModelRequestJson? _relaxed;

    /// <inheritdoc cref="RelaxedJson"/>
    public static ModelRequestJson Relaxed => _relaxed ??= new(RelaxedJson.Options());
}
