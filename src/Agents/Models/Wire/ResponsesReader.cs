using System.Text.Json;
using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Models.Answers;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>Reads one event of a response, or a whole response that is no stream, into an answer.</summary>
/// <remarks>Events and members that are not needed are passed over; servers that leave pieces out are read from their whole items or from the end.</remarks>
internal static class ResponsesReader
{
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static void Read(ReadOnlySpan<byte> json, ResponsesAnswer into)
    {
        var e = ResponsesEvent.Read(json);
        if (e.Delta.TokenType == JsonTokenType.String && Piece(ref e, into))
        {
            return;
        }

        if (e.Item.TokenType == JsonTokenType.StartObject && (e.Is("response.output_item.added"u8) || e.Is("response.output_item.done"u8)))
        {
            into.AddItem(ResponsesItem.Read(ref e.Item), e.Place, e.Is("response.output_item.done"u8));
        }
        else if (e.Is("response.reasoning_summary_part.added"u8))
        {
            into.BeginReasoningPart(e.Place, e.ItemId);
        }
        else if (e.Is("response.function_call_arguments.done"u8) && e.Arguments.TokenType != JsonTokenType.None)
        {
            var arguments = e.Arguments.TokenType == JsonTokenType.String ? ChatJson.Text(ref e.Arguments) : ChatJson.Raw(ref e.Arguments);
            into.AddArguments(e.Place, e.ItemId, arguments, areWhole: true);
        }
        else if (e.Is("error"u8) || e.Is("response.error"u8) || (e.IsError && e.Response.TokenType == JsonTokenType.None))
        {
            into.Fail(ProviderError.Parse(json));
        }
        else if (e.Response.TokenType == JsonTokenType.StartObject && (e.Type.Length == 0 || IsEnd(ref e)))
        {
            End(ref e, into);
        }
    }

    private static bool IsEnd(ref ResponsesEvent e) => e.Is("response.completed"u8) || e.Is("response.done"u8) || e.Is("response.incomplete"u8)
        || e.Is("response.failed"u8) || e.Is("response.cancelled"u8);

    private static bool Piece(ref ResponsesEvent e, ResponsesAnswer into)
    {
        if (e.Is("response.output_text.delta"u8))
        {
            into.Say(e.Place, e.ItemId, ChatJson.Text(ref e.Delta));
        }
        else if (e.Is("response.function_call_arguments.delta"u8))
        {
            into.AddArguments(e.Place, e.ItemId, ChatJson.Text(ref e.Delta), areWhole: false);
        }
        else if (e.Is("response.reasoning_summary_text.delta"u8) || e.Is("response.reasoning_text.delta"u8))
        {
            into.Reason(e.Place, e.ItemId, ChatJson.Text(ref e.Delta));
        }
        else if (e.Is("response.refusal.delta"u8))
        {
            into.Refuse(ChatJson.Text(ref e.Delta));
        }
        else
        {
            return false;
        }

        return true;
    }

    private static void End(ref ResponsesEvent e, ResponsesAnswer into)
    {
        ref var reader = ref e.Response;
        string? status = null, reason = null;
        ProviderError? error = null;
        while (ChatJson.Next(ref reader, out var name))
        {
            if (name.SequenceEqual("status"u8) && reader.TokenType == JsonTokenType.String)
            {
                status = ChatJson.Text(ref reader);
            }
            else if (name.SequenceEqual("error"u8) && ChatJson.IsSomething(ref reader))
            {
                using var document = JsonDocument.ParseValue(ref reader);
                error = ProviderError.Of(document.RootElement);
            }
            else if (name.SequenceEqual("incomplete_details"u8) && reader.TokenType == JsonTokenType.StartObject)
            {
                while (ChatJson.Next(ref reader, out var detail))
                {
                    reason = detail.SequenceEqual("reason"u8) && reader.TokenType == JsonTokenType.String ? ChatJson.Text(ref reader) : reason;
                    reader.Skip();
                }
            }
            else if (name.SequenceEqual("usage"u8) && reader.TokenType == JsonTokenType.StartObject)
            {
                into.Use(ref reader);
            }
            else if (name.SequenceEqual("output"u8) && reader.TokenType == JsonTokenType.StartArray)
            {
                into.AddMissing(Items(ref reader));
            }
            else
            {
                reader.Skip();
            }
        }

        var isFailed = status is "failed" or "cancelled" || e.Is("response.failed"u8) || e.Is("response.cancelled"u8);
        if (error is not null || isFailed)
        {
            into.Fail(error ?? new(status ?? "failed", null, null));
        }
        else if (e.Type.Length > 0 || status is not ("in_progress" or "queued"))
        {
            var isCut = reason is not null || status == "incomplete" || e.Is("response.incomplete"u8);
            into.End(reason is "content_filter" ? ChatFinishReason.ContentFilter : isCut ? ChatFinishReason.Length : ChatFinishReason.Stop);
        }
    }

    /// <exception cref="JsonException">There are too many.</exception>
    private static List<ResponsesItem> Items(ref Utf8JsonReader reader)
    {
        var items = new List<ResponsesItem>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (items.Count == ResponsesItems.Most)
            {
                throw new JsonException("The answer has too many items.");
            }

            if (reader.TokenType == JsonTokenType.StartObject)
            {
                items.Add(ResponsesItem.Read(ref reader));
            }
            else
            {
                reader.Skip();
            }
        }

        return items;
    }
}
