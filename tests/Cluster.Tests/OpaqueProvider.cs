using System.Text.Json;
using OrleansAgents.Testing;

namespace OrleansAgents.Cluster.Tests;

/// <summary>A server that calls a tool five times, and refuses a request without what it gave with each of its answers.</summary>
internal sealed class OpaqueProvider(string kind)
{
    public const int Calls = 5;

    /// <summary>What must not go to another provider.</summary>
    public static readonly string[] Members = ["reasoning_content", "reasoning_details", "extra_content", "encrypted_content", "think-", "enc-", "sig-"];

    private readonly TaskCompletionSource _held = new();
    private readonly TaskCompletionSource _never = new();

    /// <summary>The fourth answer, whose end does not come at the first time, is under way.</summary>
    public Task Held => _held.Task;

    public string Api => kind == "openai" ? "responses" : "chat";

    public Reply Answer(ReceivedRequest request) => Missing(request) is { } missing ? new Reply().Error(400, missing)
        : request.Turn == 3 && _held.TrySetResult() ? Call(request.Turn).Wait(_never.Task).Finish("tool_calls")
        : request.Turn < Calls ? Call(request.Turn).Finish("tool_calls")
        : new Reply().Text("Found.").Finish("stop");

    private Reply Call(int turn) => kind switch
    {
        "deepseek" => new Reply().Reasoning("think", $"-{turn}").Call("search_documents", """{"query":"run"}"""),
        "gemini" => new Reply().Raw(Turn(Chunk("""{"tool_calls":[{"index":0,"id":"pTURN","type":"function","function":{"name":"search_documents","arguments":"{\"query\":\"run\"}"},"extra_content":{"google":{"thought_signature":"sig-TURN"}}}]}"""), turn)),
        "openrouter" => new Reply().Raw(Chunk("""{"reasoning":"think-","reasoning_details":[{"type":"reasoning.encrypted","index":0,"data":"enc-"}]}"""))
            .Raw(Chunk($$"""{"reasoning":"x","reasoning_details":[{"type":"reasoning.encrypted","index":0,"data":"{{turn}}"}]}""")).Call("search_documents", """{"query":"run"}"""),
        _ => new Reply()
            .Raw(Turn("""{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_TURN","summary":[],"encrypted_content":"enc-TURN"}}""", turn))
            .Raw(Turn("""{"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","id":"fc_TURN","call_id":"cTURN","name":"search_documents","arguments":"{\"query\":\"run\"}"}}""", turn)),
    };

    /// <summary>What the server says when it does not get back what it gave; null when it does.</summary>
    private string? Missing(ReceivedRequest request)
    {
        var given = kind == "openai"
            ? request.Body.GetProperty("input").EnumerateArray().Where(i => i.TryGetProperty("encrypted_content", out _)).Select(i => i.GetProperty("encrypted_content").GetString()).ToList()
            : [.. request.Messages.Where(m => m.TryGetProperty("tool_calls", out _)).Select(Given)];
        var calls = request.Messages.Count(m => m.TryGetProperty("tool_calls", out _));
        var mark = kind switch { "deepseek" => "think", "gemini" => "sig", _ => "enc" };
        var wanted = Enumerable.Range(0, calls).Select(turn => $"{mark}-{turn}").ToList();
        return given.SequenceEqual(wanted) ? null : $"Wanted {string.Join(", ", wanted)}; came back: {string.Join(", ", given)}.";
    }

    private string? Given(JsonElement message) => kind switch
    {
        "deepseek" => message.TryGetProperty("reasoning_content", out var reasoning) ? reasoning.GetString() : null,
        "gemini" => message.GetProperty("tool_calls")[0].TryGetProperty("extra_content", out var extra) ? extra.GetProperty("google").GetProperty("thought_signature").GetString() : null,
        _ => message.TryGetProperty("reasoning_details", out var details) && details.GetArrayLength() == 1 ? details[0].GetProperty("data").GetString() : null,
    };

    private static string Chunk(string delta) => $$"""{"choices":[{"index":0,"delta":{{delta}},"finish_reason":null}]}""";

    private static string Turn(string text, int turn) => text.Replace("TURN", $"{turn}", StringComparison.Ordinal);
}
