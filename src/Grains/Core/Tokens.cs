using System.Text;
using System.Text.Json;
using OrleansAgents.Events;

namespace OrleansAgents.Core;

/// <summary>An estimate of tokens that needs no vocabulary: one per four UTF-8 bytes, rounded up.</summary>
internal static class Tokens
{
    public static long Of(string text) => (Encoding.UTF8.GetByteCount(text) + 3) / 4;

    public static long Of(Text text) => text.Inline is { } inline ? Of(inline) : (text.Body!.Bytes + 3) / 4;

    public static long Of(RequestMessage message) => message switch
    {
        UserMessage u => Of(u.Text),
        AssistantMessage a => a.Content.Sum(p => Of(p.Value)) + a.ToolCalls.Sum(c => Of(c.Arguments)) + Of(a.Invalid ?? ""),
        ToolMessage t => Of(t.Text),
        MemoryMessage m => Of(m.Text),
        FactsMessage f => Of(f.Text),
        _ => throw new NotSupportedException($"No tokens of {message.GetType().Name}."),
    };

    public static long Of(JsonElement json) => json.ValueKind == JsonValueKind.Undefined ? 0 : Of(json.GetRawText());
}

/// <summary>Codes that the core itself writes into events, or reads there.</summary>
internal static class ErrorCodes
{
    /// <summary>The owner died; counted by quarantine.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>The owner stopped in order.</summary>
    public const string HandedBack = "handed_back";
    public const string Superseded = "superseded";
    public const string Paused = "paused";
    public const string Cancelled = "cancelled";
    public const string NotStarted = "not_started";
    public const string InvalidCall = "invalid_tool_call";
    public const string InvalidCalls = "invalid_tool_calls";
    public const string InvalidOutput = "invalid_output";
    public const string CancelTimeout = "cancel_timeout";
}
