using System.Text;

namespace OrleansAgents.Testing;

/// <summary>Reads just enough of protobuf's wire form to walk from a message to the fields inside it.</summary>
internal static class ProtoReader
{
    /// <summary>The length-delimited fields of a number (messages, strings, bytes), in their order.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Fields(ReadOnlyMemory<byte> message, int number)
    {
        for (var at = 0; at < message.Length;)
        {
            var key = Varint(message.Span, ref at);
            switch (key & 7)
            {
                case 0:
                    Varint(message.Span, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 5:
                    at += 4;
                    break;
                case 2:
                    var length = (int)Varint(message.Span, ref at);
                    if (key >> 3 == (ulong)number)
                    {
                        yield return message.Slice(at, length);
                    }

                    at += length;
                    break;
                default:
                    throw new FormatException($"The wire type of key {key} at {at} is unknown.");
            }
        }
    }

    /// <summary>Every message at the end of a path of field numbers.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Walk(ReadOnlyMemory<byte> message, params int[] path) =>
        path.Aggregate(Enumerable.Repeat(message, 1), (found, number) => found.SelectMany(m => Fields(m, number)));

    public static string Text(ReadOnlyMemory<byte> field) => Encoding.UTF8.GetString(field.Span);

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var b = bytes[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }
    }
}
