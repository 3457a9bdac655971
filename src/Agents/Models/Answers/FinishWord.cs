using Microsoft.Extensions.AI;

namespace OrleansAgents.Agents.Models.Answers;

/// <summary>What servers call the end of an answer.</summary>
internal static class FinishWord
{
    /// <summary>The server gave up in the middle.</summary>
    public static bool IsBrokenOff(string word) => word.ToLowerInvariant() is
        "error" or "network_error" or "insufficient_system_resource" or "abort" or "aborted" or "timeout" or "cancelled" or "canceled";

    /// <summary>Null where the word ends nothing. What is unknown is a stop: the text before it is there.</summary>
    public static ChatFinishReason? Of(string word) => word.ToLowerInvariant() switch
    {
        "" or "null" => null,
        _ when IsBrokenOff(word) => null,
        "length" or "max_tokens" or "model_length" or "max_output_tokens" or "model_context_window_exceeded" => ChatFinishReason.Length,
        "tool_calls" or "tool_call" or "tool_use" or "function_call" => ChatFinishReason.ToolCalls,
        "content_filter" or "safety" or "refusal" or "recitation" or "prohibited_content" or "blocklist" or "sensitive" => ChatFinishReason.ContentFilter,
        _ => ChatFinishReason.Stop,
    };
}
