using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansAgents.Cluster.Tests.Clients;

/// <summary>Speaks Ollama's <c>/api/chat</c>: one JSON object a line, calls whole, with arguments that are an object and without ids.</summary>
/// <remarks>It is not Ollama: it loads no model, takes every model's name, has no images, no <c>format</c> and no other endpoint, and gives every answer the same figures of usage.</remarks>
internal sealed class OllamaServer : WireServer
{
    protected override string Path => "/api/chat";

    protected override string ContentType => "application/x-ndjson";

    protected override string? Refusal(HttpRequest request, JsonElement body) =>
        !body.TryGetProperty("stream", out var stream) || !stream.GetBoolean() ? "this server only streams"
        : body.GetProperty("messages").EnumerateArray().Any(m => m.TryGetProperty("tool_calls", out var calls)
            && calls.EnumerateArray().Any(c => c.GetProperty("function").GetProperty("arguments").ValueKind != JsonValueKind.Object)) ? "arguments must be an object"
        : null;

    protected override string Error(ClientReply refusal) => JsonSerializer.Serialize(new { error = refusal.Message });

    protected override async Task TellAsync(ClientReply reply, int number, Func<string, Task> writeAsync, CancellationToken gone)
    {
        foreach (var part in reply.Parts)
        {
            switch (part)
            {
                case ReplyPart.Thought thought:
                    foreach (var piece in thought.Pieces)
                    {
                        await MessageAsync(new { role = "assistant", content = "", thinking = piece });
                    }

                    break;
                case ReplyPart.Text text:
                    foreach (var piece in text.Pieces)
                    {
                        await MessageAsync(new { role = "assistant", content = piece });
                    }

                    break;
                case ReplyPart.Call call:
                    await MessageAsync(new { role = "assistant", content = "", tool_calls = new[] { new { function = new { name = call.Tool, arguments = call.Arguments } } } });
                    break;
                case ReplyPart.Hold hold:
                    await hold.Gate.WaitAsync(gone);
                    break;
                case ReplyPart.Fault fault:
                    await LineAsync(new { error = fault.Message });
                    break;
                default:
                    break; // This wire hides no reasoning.
            }
        }

        if (!reply.IsCut)
        {
            await LineAsync(new
            {
                model = "scripted",
                created_at = "2026-01-01T00:00:00Z",
                message = new { role = "assistant", content = "" },
                done = true,
                done_reason = "stop",
                total_duration = 5_000_000,
                prompt_eval_count = 40,
                eval_count = 7,
            });
        }

        Task MessageAsync(object message) => LineAsync(new { model = "scripted", created_at = "2026-01-01T00:00:00Z", message, done = false });

        Task LineAsync(object line) => writeAsync(JsonSerializer.Serialize(line) + "\n");
    }
}
