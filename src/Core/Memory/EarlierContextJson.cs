using System.Text.Json.Serialization;
using OrleansAgents.Core.Requests;

namespace OrleansAgents.Core.Memory;

/// <summary>JSON of the turns before a run.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EarlierContext))]
[JsonSerializable(typeof(IReadOnlyList<RequestMessage>))]
internal sealed partial class EarlierContextJson : JsonSerializerContext
{
    private static EarlierContextJson? _relaxed;

    /// <inheritdoc cref="RelaxedJson"/>
    public static EarlierContextJson Relaxed => _relaxed ??= new(RelaxedJson.Options());
}
