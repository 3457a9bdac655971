using OrleansAgents.Events;

namespace OrleansAgents.Live;

/// <summary>A durable event after its commit, or a piece of the open attempt's answer, or a beat.</summary>
/// <param name="Head">With a beat: how far the journal is.</param>
[GenerateSerializer, Immutable, Alias("live-item")]
public readonly record struct LiveItem([property: Id(0)] JournalEvent? Event, [property: Id(1)] ModelDelta? Delta, [property: Id(2)] long Head = 0)
{
    public bool IsBeat => Event is null && Delta is null;
}
