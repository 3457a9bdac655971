using System.Text.Json.Serialization;
using OrleansAgents.Events;

namespace OrleansAgents.Runs;

/// <summary>What a tool does to the world, and so what may be done after a crash in the middle of it.</summary>
[JsonConverter(typeof(SnakeCaseEnum<ToolEffect>))]
[Alias("tool-effect")]
public enum ToolEffect
{
    /// <summary>Changes something, and must not happen twice: a crash in the middle ends in a person's decision.</summary>
    AtMostOnce,

    /// <summary>Changes nothing; repeated freely.</summary>
    ReadOnly,

    /// <summary>The same idempotency key has the same effect; repeated with it.</summary>
    Idempotent,
}
