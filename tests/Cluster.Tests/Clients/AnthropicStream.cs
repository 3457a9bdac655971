using System.Text.Json;

namespace OrleansAgents.Cluster.Tests.Clients;

/// <summary>The events of one answer on Anthropic's wire.</summary>
/// <param name="number">Of the request: ids and signatures are made of it.</param>
internal sealed class AnthropicStream(Func<string, Task> writeAsync, int number, CancellationToken gone)
{
    private int _index;

    /// <summary>What was thought, as the server compares it later.</summary>
    public List<string> Thinking { get; } = [];

    public List<string> Calls { get; } = [];

    public async Task BeginAsync()
    {
        await EventAsync("message_start", new
        {
            type = "message_start",
            message = new
            {
                id = $"msg_{number}",
                type = "message",
                role = "assistant",
                model = "scripted",
                content = Array.Empty<object>(),
                stop_reason = (string?)null,
                stop_sequence = (string?)null,
                usage = new { input_tokens = 40, output_tokens = 1 },
            },
        });
        await EventAsync("ping", new { type = "ping" });
    }

    public async Task TellAsync(ReplyPart part)
    {
        switch (part)
        {
            case ReplyPart.Thought thought:
                var signature = $"sig-{number}-{_index}";
                await StartAsync(new { type = "thinking", thinking = "", signature = "" });
                foreach (var piece in thought.Pieces)
                {
                    await DeltaAsync(new { type = "thinking_delta", thinking = piece });
                }

                await DeltaAsync(new { type = "signature_delta", signature });
                await StopAsync();
                Thinking.Add($"{string.Concat(thought.Pieces)}|{signature};");
                break;
            case ReplyPart.Hidden hidden:
                await StartAsync(new { type = "redacted_thinking", data = hidden.Data });
                await StopAsync();
                Thinking.Add($"redacted|{hidden.Data};");
                break;
            case ReplyPart.Text text:
                await StartAsync(new { type = "text", text = "" });
                foreach (var piece in text.Pieces)
                {
                    await DeltaAsync(new { type = "text_delta", text = piece });
                }

                await StopAsync();
                break;
            case ReplyPart.Call call:
                var id = $"toolu_{number}_{_index}";
                await StartAsync(new { type = "tool_use", id, name = call.Tool, input = new { } });
                await DeltaAsync(new { type = "input_json_delta", partial_json = "" });
                foreach (var piece in call.Arguments.GetRawText().Chunk(5))
                {
                    await DeltaAsync(new { type = "input_json_delta", partial_json = new string(piece) });
                }

                await StopAsync();
                Calls.Add(id);
                break;
            case ReplyPart.Hold hold:
                await hold.Gate.WaitAsync(gone);
                break;
            case ReplyPart.Fault fault:
                await EventAsync("error", new { type = "error", error = new { type = "overloaded_error", message = fault.Message } });
                break;
            default:
                throw new NotSupportedException($"{part}");
        }
    }

    public async Task EndAsync()
    {
        await EventAsync("message_delta", new
        {
            type = "message_delta",
            delta = new { stop_reason = Calls.Count > 0 ? "tool_use" : "end_turn", stop_sequence = (string?)null },
            usage = new { output_tokens = 7 },
        });
        await EventAsync("message_stop", new { type = "message_stop" });
    }

    private Task StartAsync(object block) => EventAsync("content_block_start", new { type = "content_block_start", index = _index, content_block = block });

    private Task DeltaAsync(object delta) => EventAsync("content_block_delta", new { type = "content_block_delta", index = _index, delta });

    private Task StopAsync() => EventAsync("content_block_stop", new { type = "content_block_stop", index = _index++ });

    private Task EventAsync(string name, object data) => writeAsync($"event: {name}\ndata: {JsonSerializer.Serialize(data)}\n\n");
}
