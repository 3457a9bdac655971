using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansAgents.Cluster.Tests.Clients;

/// <summary>Speaks Anthropic's <c>/v1/messages</c>, and refuses a request that does not bring the thinking of an answer with tools back as it was given.</summary>
/// <remarks>
/// It is not Anthropic: its signatures are not encrypted, it thinks without being asked to, takes every model's name, does not check schemas,
/// has no caching, no server tools and no other endpoint, and gives every answer the same figures of usage.
/// </remarks>
internal sealed class AnthropicServer : WireServer
{
    /// <summary>The blocks of thinking that stood before the calls of an answer, by the id of each call.</summary>
    private readonly ConcurrentDictionary<string, string> _thinkingOf = new();
    private readonly ConcurrentDictionary<string, bool> _given = new();

    protected override string Path => "/v1/messages";

    protected override string ContentType => "text/event-stream";

    protected override string? Refusal(HttpRequest request, JsonElement body)
    {
        if (request.Headers.Authorization != "Bearer test-key" || request.Headers["anthropic-version"].Count == 0)
        {
            return "the key or anthropic-version is missing";
        }

        var messages = body.GetProperty("messages").EnumerateArray().ToList();
        for (var i = 0; i < messages.Count; i++)
        {
            var blocks = Blocks(messages[i]);
            if (blocks.Find(b => IsThinking(b) && !_given.ContainsKey(Form(b))) is { ValueKind: JsonValueKind.Object } foreign)
            {
                return $"messages.{i}: Invalid `signature` in `thinking` block: {foreign.GetRawText()}";
            }

            var calls = blocks.FindAll(b => Type(b) == "tool_use").ConvertAll(b => b.GetProperty("id").GetString()!);
            if (calls.Find(id => _thinkingOf.TryGetValue(id, out var given) && given != Join(blocks)) is { } call)
            {
                return $"messages.{i}: Expected the `thinking` of {call} as it was given: {messages[i].GetRawText()}";
            }

            var results = i + 1 < messages.Count ? Blocks(messages[i + 1]).FindAll(b => Type(b) == "tool_result") : [];
            if (calls.Exists(id => !results.Exists(r => r.GetProperty("tool_use_id").GetString() == id)))
            {
                return $"messages.{i}: `tool_use` ids were found without `tool_result` blocks immediately after";
            }

            if (blocks.Count > 0 && IsThinking(blocks[^1]))
            {
                return $"messages.{i}: The final block in an assistant message cannot be `thinking`";
            }
        }

        return null;
    }

    protected override string Error(ClientReply refusal) => JsonSerializer.Serialize(new
    {
        type = "error",
        error = new { type = ErrorType(refusal.Status), message = refusal.Message, details = refusal.Code is null ? null : new { error_code = refusal.Code } },
        request_id = "req_1",
    });

    protected override async Task TellAsync(ClientReply reply, int number, Func<string, Task> writeAsync, CancellationToken gone)
    {
        var told = new AnthropicStream(writeAsync, number, gone);
        await told.BeginAsync();
        foreach (var part in reply.Parts)
        {
            await told.TellAsync(part);
        }

        if (!reply.IsCut)
        {
            // Whoever brings the answer back has seen its end.
            foreach (var block in told.Thinking)
            {
                _given[block] = true;
            }

            foreach (var id in told.Calls)
            {
                _thinkingOf[id] = string.Concat(told.Thinking);
            }

            await told.EndAsync();
        }
    }

    /// <summary>A block of thinking as this server compares it.</summary>
    internal static string Form(JsonElement block) => Type(block) == "thinking"
        ? $"{block.GetProperty("thinking").GetString()}|{block.GetProperty("signature").GetString()};"
        : $"redacted|{block.GetProperty("data").GetString()};";

    private static string Join(List<JsonElement> blocks) => string.Concat(blocks.FindAll(IsThinking).ConvertAll(Form));

    private static List<JsonElement> Blocks(JsonElement message) =>
        message.GetProperty("content") is { ValueKind: JsonValueKind.Array } content ? [.. content.EnumerateArray()] : [];

    private static bool IsThinking(JsonElement block) => Type(block) is "thinking" or "redacted_thinking";

    private static string Type(JsonElement block) => block.GetProperty("type").GetString()!;

    private static string ErrorType(int status) => status switch
    {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        >= 500 => "api_error",
        _ => "invalid_request_error",
    };
}
