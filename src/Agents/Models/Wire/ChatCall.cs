using System.Text.Json;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>Reads one entry of a chunk's <c>tool_calls</c>: a tool call, or a piece of one.</summary>
internal static class ChatCall
{
    public static void Read(ref Utf8JsonReader reader, ChatAnswer into)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        var part = default(CallPart);
        while (ChatJson.Next(ref reader, out var name))
        {
            if (name.SequenceEqual("index"u8) && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var index))
            {
                part = part with { Index = index };
            }
            else if (name.SequenceEqual("id"u8) && reader.TokenType == JsonTokenType.String)
            {
                part = part with { Id = ChatJson.Text(ref reader) };
            }
            else if (name.SequenceEqual("extra_content"u8) && reader.TokenType == JsonTokenType.StartObject)
            {
                part = part with { Extra = ChatJson.Raw(ref reader) };
            }
            else if (name.SequenceEqual("function"u8) && reader.TokenType == JsonTokenType.StartObject)
            {
                while (ChatJson.Next(ref reader, out var member))
                {
                    part = Function(ref reader, member, part);
                }
            }
            else
            {
                reader.Skip();
            }
        }

        into.Call(part);
    }

    private static CallPart Function(ref Utf8JsonReader reader, scoped ReadOnlySpan<byte> name, CallPart part)
    {
        if (name.SequenceEqual("name"u8) && reader.TokenType == JsonTokenType.String)
        {
            return part with { Name = ChatJson.Text(ref reader) };
        }

        if (!name.SequenceEqual("arguments"u8))
        {
            reader.Skip();
            return part;
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return part with { Arguments = ChatJson.Text(ref reader) };
            case JsonTokenType.StartObject:
                return part with { Arguments = ChatJson.Raw(ref reader) };
            default:
                reader.Skip();
                return part;
        }
    }
}
