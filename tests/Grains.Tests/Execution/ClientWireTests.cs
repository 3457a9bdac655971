using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;

namespace OrleansAgents.Grains.Tests.Execution;

/// <summary>What clients of others give, and what they get back.</summary>
public sealed class ClientWireTests
{
    [Fact]
    public async Task Content_of_unknown_kinds_is_passed_over_and_an_end_without_a_reason_is_a_stop()
    {
        using var bench = ModelBench.Over(new ScriptedClient(
            new(ChatRole.Assistant, [new Strange(), new DataContent("data:image/png;base64,AA=="), new TextContent("Hello")]),
            new(ChatRole.Tool, [new FunctionResultContent("server-1", "found"), new HostedFileContent("file")]),
            new(ChatRole.Assistant, [new FunctionCallContent("server-1", "find") { InformationalOnly = true }, new Strange()])));

        var answer = await bench.AnswerAsync();

        Assert.Equal([new TextPart("Hello")], answer.Content);
        Assert.Equal(("stop", 0), (answer.FinishReason, answer.Calls.Count));
    }

    [Fact]
    public async Task What_a_client_gave_it_gets_back_and_a_client_of_the_same_name_for_another_server_does_not()
    {
        using var client = new ScriptedClient(
            new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("") { ProtectedData = "" }]),
            new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("one")]),
            new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent(null) { ProtectedData = "sig" }]),
            new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("") { ProtectedData = "hidden", AdditionalProperties = new() { ["redacted"] = true, ["none"] = new MemoryStream() } }]),
            new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("two")]),
            new ChatResponseUpdate(ChatRole.Assistant, [new TextContent("Look.")]),
            new ChatResponseUpdate(ChatRole.Assistant, [new FunctionCallContent("a", "find", new Dictionary<string, object?> { ["word"] = "x" }) { AdditionalProperties = new() { ["thought"] = "t1" } }]),
            new ChatResponseUpdate(ChatRole.Assistant, [new FunctionCallContent("b", "find", new Dictionary<string, object?> { ["word"] = "y" })]));
        using var bench = ModelBench.Over(client);
        var next = Next(await bench.AnswerAsync());

        await bench.AskAsync(next);

        var back = client.Asked[^2].Contents;
        Assert.Equal(["one sig", " hidden", "two "], back.OfType<TextReasoningContent>().Select(r => $"{r.Text} {r.ProtectedData}"));
        Assert.Equal("[redacted, True]", string.Join(' ', back.OfType<TextReasoningContent>().SelectMany(r => r.AdditionalProperties?.ToArray() ?? [])));
        Assert.Equal(["t1", null], back.OfType<FunctionCallContent>().Select(c => c.AdditionalProperties?["thought"]));
        Assert.Equal(["a", "b"], client.Asked[^1].Contents.Cast<FunctionResultContent>().Select(r => r.CallId));

        using var moved = new ScriptedClient([.. new[] { new ChatResponseUpdate(ChatRole.Assistant, "ok") }]) { Server = new("http://elsewhere") };
        using var other = ModelBench.Over(moved);
        await other.AskAsync(next);
        Assert.Empty(moved.Asked[^2].Contents.OfType<TextReasoningContent>());
        Assert.All(moved.Asked[^2].Contents, c => Assert.Null(c.AdditionalProperties));
    }

    [Fact]
    public async Task Opaque_data_of_an_answer_has_a_bound()
    {
        var data = new string('x', 400_000);
        using var bench = ModelBench.Over(new ScriptedClient([.. Enumerable.Range(0, 4).SelectMany(_ => new ChatResponseUpdate[]
        {
            new(ChatRole.Assistant, [new TextReasoningContent("Hm.") { ProtectedData = data }]), new(ChatRole.Assistant, "Said."),
        })]));
        Assert.Equal(2, (await bench.AnswerAsync()).Content.Count(p => p is ReasoningPart { Protected: not null }));
    }

    [Fact]
    public async Task A_call_that_the_last_update_repeats_is_one_call()
    {
        using var bench = ModelBench.Over(new ScriptedClient(
            new(ChatRole.Assistant, [Call("a", "x")]), new(ChatRole.Assistant, [Call("a", "y")]), new(ChatRole.Assistant, [Call("", "x")]), new(ChatRole.Assistant, [Call("", "x")]),
            new(ChatRole.Assistant, [Call("a", "x"), Call("a", "y")])));

        // The same id with other arguments, or no id at all, is another call.
        Assert.Equal(["x", "y", "x", "x"], (await bench.AnswerAsync()).Calls.Select(c => c.Arguments.GetProperty("word").GetString()));

        static FunctionCallContent Call(string id, string word) => new(id, "find", new Dictionary<string, object?> { ["word"] = word });
    }

    [Fact]
    public async Task Reasoning_that_was_cut_or_ends_its_answer_is_not_sent()
    {
        using var client = ScriptedClient.Of(new TextContent("Hello"));
        using var bench = ModelBench.Over(client);

        await bench.AskAsync(ModelBench.Request("?", new AssistantMessage([new ReasoningPart("cut"), new TextPart("Said.")], []), new UserMessage("more")));
        Assert.Equal(["Be brief.", "?", "Said.", "more"], client.Asked.Select(m => m.Text));
        Assert.DoesNotContain(client.Asked, m => m.Contents.Any(c => c is TextReasoningContent));

        // Nothing else was said before it was stopped.
        var answered = ScriptedClient.Of(new TextReasoningContent("thought") { ProtectedData = "sig" });
        using var thinker = ModelBench.Over(answered);
        var thought = await thinker.AnswerAsync(Next(new([], [new("a", "find", ModelBench.Schema("{}"), null)], new(0, 0, 0, 0), "tool_calls")));
        await thinker.AskAsync(ModelBench.Request("?", new AssistantMessage(thought.Content, []), new UserMessage("more")));
        Assert.Equal(["Be brief.", "?", "more"], answered.Asked.Select(m => m.Text));
    }

    [Theory]
    [InlineData("assistant", "error", "stream_error")]
    [InlineData("assistant", "SAFETY", "content_filter")]
    [InlineData("unknown", null, "stream_error")]
    public async Task An_end_that_is_no_whole_answer_is_a_fault(string role, string? finish, string code)
    {
        using var bench = ModelBench.Over(new ScriptedClient(
            new(ChatRole.Assistant, "Hel"), new(new ChatRole(role), "") { FinishReason = finish is null ? null : new ChatFinishReason(finish) }));

        Assert.Equal(code, (await bench.FaultAsync()).Error.Code);
    }

    [Fact]
    public async Task Arguments_that_are_left_out_are_none()
    {
        using var bench = ModelBench.Over(ScriptedClient.Of(new FunctionCallContent("a", "find")));

        Assert.Contains("do not fit the schema", Assert.Single((await bench.AnswerAsync()).Calls).Invalid, StringComparison.Ordinal);
    }

    /// <summary>The answer and the results of its calls.</summary>
    private static ModelRequest Next(ModelAnswer answer) => ModelBench.Request(
        "?",
        [
            new AssistantMessage(answer.Content, [.. answer.Calls.Select(c => new ToolCallRequest("our-" + c.ProviderCallId, c.ProviderCallId, c.Tool, c.Arguments, c.Invalid, c.Protected))]),
            .. answer.Calls.Select(c => new ToolMessage("our-" + c.ProviderCallId, c.ProviderCallId, "found", IsError: false)),
        ]);

    private sealed class Strange : AIContent;
}
