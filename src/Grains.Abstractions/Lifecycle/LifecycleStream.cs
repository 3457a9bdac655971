using Orleans.Streams;
using OrleansAgents.Events;

namespace OrleansAgents.Lifecycle;

/// <summary>The Orleans streams that carry every durable event of every run, after its commit.</summary>
/// <remarks>
/// At least once, in order for each run; a repetition has the same run id and seq. A stream may lose what is queued when a silo
/// dies; an event of more than half a megabyte comes without its data (<see cref="JournalEvent.HasData"/>), and one that the stream
/// refuses is left out. <c>LifecycleConsumer</c> of the client makes that good from the journals.
/// </remarks>
public static class LifecycleStream
{
    /// <summary>Name of the stream provider.</summary>
    public const string Provider = "run-events";

    public const string Namespace = "lifecycle";

    /// <summary>Name of the Orleans storage that knows who is subscribed to which stream.</summary>
    public const string Subscriptions = "PubSubStore";

    /// <summary>Streams that there are, with the keys 0 to 63. Never one for each run: a new stream stalls its queue.</summary>
    public const int Shards = 64;

    /// <summary>The stream of a run; stable over builds.</summary>
    public static int ShardOf(string runId) => JournalIds.PartitionOf(runId) % Shards;

    public static IAsyncStream<JournalEvent> Of(IStreamProvider provider, int shard) =>
        provider.GetStream<JournalEvent>(StreamId.Create(Namespace, shard));
}
