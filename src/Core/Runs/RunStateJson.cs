using System.Text.Json.Serialization;

namespace OrleansAgents.Core.Runs;

/// <summary>JSON of a run's snapshot.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunState))]
internal sealed partial class RunStateJson : JsonSerializerContext
{
    private static RunStateJson? _relaxed;

    /// <inheritdoc cref="RelaxedJson"/>
    public static RunStateJson Relaxed => _relaxed ??= new(RelaxedJson.Options());
}
