using System.Text.Json;
using OrleansAgents.Agents.Models.Answers;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>Reads one chunk of a chat completion, or a whole one that is no stream, into an answer.</summary>
/// <remarks>What is not needed is passed over unread, and what has another type than it should is as if it were not there.</remarks>
internal static class ChatChunk
{
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static void Read(ReadOnlySpan<byte> json, ChatAnswer into)
    {
        var reader = new Utf8JsonReader(json, ChatJson.Options);
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            into.Fail(ProviderError.Parse(json));
            return;
        }

        var (isError, hasChoices, words) = (false, false, false);
        while (ChatJson.Next(ref reader, out var name))
        {
            if (name.SequenceEqual("choices"u8) && reader.TokenType == JsonTokenType.StartArray)
            {
                hasChoices = true;
                Choices(ref reader, into);
            }
            else if (name.SequenceEqual("usage"u8) && reader.TokenType == JsonTokenType.StartObject)
            {
                ChatUsage.Read(ref reader, into.Answer);
            }
            else if (name.SequenceEqual("error"u8) && ChatJson.IsSomething(ref reader))
            {
                isError = true;
                reader.Skip();
            }
            else
            {
                words |= (name.SequenceEqual("detail"u8) || name.SequenceEqual("message"u8)) && ChatJson.IsSomething(ref reader);
                isError |= name.SequenceEqual("object"u8) && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("error"u8);
                reader.Skip();
            }
        }

        if (isError || (words && !hasChoices))
        {
            into.Fail(ProviderError.Parse(json));
        }
    }

    /// <summary>Only one answer is asked for: it is the first of the list.</summary>
    private static void Choices(ref Utf8JsonReader reader, ChatAnswer into)
    {
        for (var first = true; reader.Read() && reader.TokenType != JsonTokenType.EndArray; first = false)
        {
            if (reader.TokenType == JsonTokenType.StartObject && first)
            {
                Choice(ref reader, into);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void Choice(ref Utf8JsonReader reader, ChatAnswer into)
    {
        while (ChatJson.Next(ref reader, out var name))
        {
            if (reader.TokenType == JsonTokenType.StartObject && (name.SequenceEqual("delta"u8) || (name.SequenceEqual("message"u8) && !into.HasPieces)))
            {
                Delta(ref reader, into);
            }
            else if (name.SequenceEqual("finish_reason"u8) && reader.TokenType == JsonTokenType.String)
            {
                into.Finish(ChatJson.Text(ref reader));
            }
            else if (name.SequenceEqual("error"u8) && ChatJson.IsSomething(ref reader))
            {
                using var error = JsonDocument.ParseValue(ref reader);
                into.Fail(ProviderError.Of(error.RootElement));
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void Delta(ref Utf8JsonReader reader, ChatAnswer into)
    {
        string? reasoning = null;
        while (ChatJson.Next(ref reader, out var name))
        {
            if (name.SequenceEqual("content"u8))
            {
                Content(ref reader, into);
            }
            else if ((name.SequenceEqual("reasoning_content"u8) || name.SequenceEqual("reasoning"u8)) && reader.TokenType == JsonTokenType.String)
            {
                // Some servers send both names, with the same text.
                into.Reasons(isContent: name.SequenceEqual("reasoning_content"u8));
                var text = ChatJson.Text(ref reader);
                if (reasoning is null)
                {
                    into.Answer.Reason(text);
                }

                reasoning ??= text.Length > 0 ? text : null;
            }
            else if (name.SequenceEqual("reasoning_details"u8) && reader.TokenType == JsonTokenType.StartArray)
            {
                into.Opaque.AddDetails(ChatJson.Raw(ref reader));
            }
            else if (name.SequenceEqual("extra_content"u8) && reader.TokenType == JsonTokenType.StartObject)
            {
                into.Opaque.AddExtra(ChatJson.Raw(ref reader));
            }
            else if (name.SequenceEqual("refusal"u8) && reader.TokenType == JsonTokenType.String)
            {
                into.Refuse(ChatJson.Text(ref reader));
            }
            else if (name.SequenceEqual("tool_calls"u8) && reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    ChatCall.Read(ref reader, into);
                }
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>A text, or a list of parts: text, and with Mistral the model's thinking, which holds such parts itself.</summary>
    private static void Content(ref Utf8JsonReader reader, ChatAnswer into, bool isThinking = false)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                into.Say(ChatJson.Text(ref reader), isThinking);
                break;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    Content(ref reader, into, isThinking);
                }

                break;
            case JsonTokenType.StartObject:
                while (ChatJson.Next(ref reader, out var name))
                {
                    if (name.SequenceEqual("text"u8) || name.SequenceEqual("thinking"u8))
                    {
                        Content(ref reader, into, isThinking || name.SequenceEqual("thinking"u8));
                    }
                    else
                    {
                        reader.Skip();
                    }
                }

                break;
            default:
                break;
        }
    }
}
