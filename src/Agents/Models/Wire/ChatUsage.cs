using System.Text.Json;
using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Models.Answers;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>Reads how many tokens a call has used, in the words of chat completions or of responses.</summary>
internal static class ChatUsage
{
    /// <summary>Figures that say nothing are passed over.</summary>
    public static void Read(ref Utf8JsonReader reader, AnswerBuilder answer)
    {
        var usage = Details(ref reader);
        if ((usage.InputTokenCount ?? usage.OutputTokenCount) is not null)
        {
            answer.Add(new UsageContent(usage));
        }
    }

    private static UsageDetails Details(ref Utf8JsonReader reader)
    {
        var usage = new UsageDetails();
        while (ChatJson.Next(ref reader, out var name))
        {
            if (name.SequenceEqual("prompt_tokens"u8) || name.SequenceEqual("input_tokens"u8))
            {
                usage.InputTokenCount = ChatJson.Number(ref reader);
            }
            else if (name.SequenceEqual("completion_tokens"u8) || name.SequenceEqual("output_tokens"u8))
            {
                usage.OutputTokenCount = ChatJson.Number(ref reader);
            }
            else if (name.SequenceEqual("prompt_cache_hit_tokens"u8))
            {
                usage.CachedInputTokenCount = ChatJson.Number(ref reader);
            }
            else if (reader.TokenType == JsonTokenType.StartObject && name.EndsWith("_tokens_details"u8))
            {
                while (ChatJson.Next(ref reader, out var detail))
                {
                    if (detail.SequenceEqual("cached_tokens"u8))
                    {
                        usage.CachedInputTokenCount = ChatJson.Number(ref reader);
                    }
                    else if (detail.SequenceEqual("reasoning_tokens"u8))
                    {
                        usage.ReasoningTokenCount = ChatJson.Number(ref reader);
                    }
                    else
                    {
                        reader.Skip();
                    }
                }
            }
            else
            {
                reader.Skip();
            }
        }

        return usage;
    }
}
