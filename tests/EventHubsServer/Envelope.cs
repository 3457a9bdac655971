using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace OrleansAgents.EventHubsServer;

/// <summary>Between what producers send and what partitions store.</summary>
internal static class Envelope
{
    /// <summary>Message format of a batch: each data section holds an encoded message.</summary>
    private const uint BatchFormat = 0x80013700;
    private static readonly Symbol PartitionKeyName = "x-opt-partition-key";

    public static string? PartitionKey(Message message) => message.MessageAnnotations?[PartitionKeyName] as string;

    /// <summary>The single events of a message, which may be a batch. The key of a batch is the key of its events.</summary>
    public static IEnumerable<Message> Unpack(Message message)
    {
        if (message.Format != BatchFormat)
        {
            return [message];
        }

        var key = PartitionKey(message);
        return Sections(message).Select(Decode);

        Message Decode(Data section)
        {
            var bytes = section.Binary;
            var single = Message.Decode(new ByteBuffer(bytes, 0, bytes.Length, bytes.Length));
            if (key is not null)
            {
                (single.MessageAnnotations ??= new())[PartitionKeyName] = key;
            }

            return single;
        }
    }

    /// <summary>Annotates a message with its place in the partition.</summary>
    public static HubEvent Store(Message message, string partition, long sequence, long offset, DateTimeOffset time)
    {
        var annotations = message.MessageAnnotations ??= new();
        annotations[(Symbol)"x-opt-sequence-number"] = sequence;
        annotations[(Symbol)"x-opt-offset"] = offset.ToString();
        annotations[(Symbol)"x-opt-enqueued-time"] = time.UtcDateTime;
        var properties = message.ApplicationProperties?.Map.ToDictionary(p => (string)p.Key, p => p.Value) ?? [];
        return new(partition, sequence, offset, time, PartitionKey(message), Body(message), properties) { Encoded = Bytes(message) };
    }

    public static byte[] Bytes(Message message)
    {
        var buffer = message.Encode();
        return buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray();
    }

    private static byte[] Body(Message message) => [.. Sections(message).SelectMany(s => s.Binary)];

    private static IEnumerable<Data> Sections(Message message) => message.BodySection switch
    {
        DataList list => Enumerable.Range(0, list.Count).Select(i => list[i]),
        Data data => [data],
        _ => [],
    };
}
