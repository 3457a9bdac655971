namespace OrleansAgents.EventHubsServer;

/// <summary>An event as a partition stores it.</summary>
/// <param name="Partition">Id of the partition.</param>
/// <param name="SequenceNumber">Position in the partition, from 0 without gaps.</param>
/// <param name="Offset">Position in bytes: grows with gaps, so that nobody takes it for the sequence number.</param>
/// <param name="EnqueuedTime">When the hub stored it, in whole milliseconds; never earlier than the event before.</param>
/// <param name="PartitionKey">The key that chose the partition, if any.</param>
/// <param name="Body">The bytes of the event.</param>
/// <param name="Properties">What the producer set on the event.</param>
public sealed record HubEvent(
    string Partition, long SequenceNumber, long Offset, DateTimeOffset EnqueuedTime, string? PartitionKey, ReadOnlyMemory<byte> Body, IReadOnlyDictionary<string, object> Properties)
{
    /// <summary>The AMQP message as it is delivered, with its annotations.</summary>
    internal byte[] Encoded { get; init; } = [];
}
