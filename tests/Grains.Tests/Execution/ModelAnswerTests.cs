using System.Text.Json;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;
using OrleansAgents.Testing;

namespace OrleansAgents.Grains.Tests.Execution;

public sealed class ModelAnswerTests
{
    [Fact]
    public async Task Text_arrives_piece_by_piece_and_as_one_part()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text("Hel", "lo ", "world").Finish("stop").Usage(11, 3, cached: 5, reasoning: 1));
        using var bench = ModelBench.Over(server);

        var answer = await bench.AnswerAsync();

        Assert.Equal([("text", "Hel"), ("text", "lo "), ("text", "world")], bench.Deltas);
        Assert.Equal([new TextPart("Hello world")], answer.Content);
        Assert.Equal("stop", answer.FinishReason);
        Assert.Empty(answer.Calls);
        Assert.Equal(new Usage(11, 5, 3, 1, ModelCalls: 1), answer.Usage);
    }

    [Fact]
    public async Task Reasoning_and_text_are_parts_in_the_order_produced()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Reasoning("Let me ", "see.").Text("Yes").Finish("stop"));
        using var bench = ModelBench.Over(server);

        var answer = await bench.AnswerAsync();

        Assert.Equal([new ReasoningPart("Let me see."), new TextPart("Yes")], answer.Content);
        Assert.Equal("Let me see.Yes", bench.Shown);
        Assert.Equal(["reasoning", "reasoning", "text"], bench.Deltas.Select(d => d.Kind));
    }

    [Fact]
    public async Task The_request_carries_instructions_messages_and_tool_declarations_once()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text("ok").Finish("stop"));
        using var bench = ModelBench.Over(server);
        var earlier = new AssistantMessage([new TextPart("Searching.")], [new("c1", "p1", "find", JsonElement.Parse("""{"word":"a"}"""))]);

        _ = await bench.AnswerAsync(ModelBench.Request("Where is it?", earlier, new ToolMessage("c1", "p1", "found", false)));

        var received = Assert.Single(server.Received);
        Assert.Equal(["system", "user", "assistant", "tool"], received.Messages.Select(ReceivedRequest.Role));
        Assert.Equal("Where is it?", received.Input);
        Assert.Equal("found", received.LastText);
        Assert.Equal("p1", received.Messages[3].GetProperty("tool_call_id").GetString());
        var sent = received.Messages[2].GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString()!;
        Assert.Equal("a", JsonElement.Parse(sent).GetProperty("word").GetString());
        Assert.Equal(["find"], received.Tools);
        Assert.Equal("Bearer " + ModelBench.Key, received.Authorization);
        Assert.Equal(4096, received.Body.GetProperty("max_tokens").GetInt32());
    }

    [Fact]
    public async Task Calls_split_over_chunks_are_put_together()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text("One moment.").Call("find", """{"word":"alpha","limit":3}""").Call("find", """{"word":"beta"}""").Finish("tool_calls"));
        using var bench = ModelBench.Over(server);

        var answer = await bench.AnswerAsync();

        Assert.Equal("tool_calls", answer.FinishReason);
        Assert.Equal([("call_1", """{"word":"alpha","limit":3}"""), ("call_2", """{"word":"beta"}""")], answer.Calls.Select(c => (c.ProviderCallId, c.Arguments.GetRawText())));
        Assert.All(answer.Calls, c => Assert.Null(c.Invalid));
    }

    [Fact]
    public async Task A_call_that_ends_with_stop_is_still_a_call()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Call("find", """{"word":"alpha"}""").Finish("stop"));
        using var bench = ModelBench.Over(server);

        Assert.Equal("tool_calls", (await bench.AnswerAsync()).FinishReason);
    }

    [Fact]
    public async Task A_missing_end_mark_does_not_matter_after_the_finish_reason()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text("whole").Finish("stop").NoDone());
        using var bench = ModelBench.Over(server);

        Assert.Equal([new TextPart("whole")], (await bench.AnswerAsync()).Content);
    }

    [Fact]
    public async Task A_connection_that_breaks_after_the_finish_reason_has_given_a_whole_answer()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Call("find", """{"word":"alpha"}""").Finish("tool_calls").Abort());
        using var bench = ModelBench.Over(server);

        // The break may overtake what was sent before it; then the answer has no finish reason.
        if (await bench.AskAsync() is ModelAnswer answer)
        {
            Assert.Null(Assert.Single(answer.Calls).Invalid);
        }
    }

    [Fact]
    public async Task An_answer_cut_by_its_length_keeps_its_text()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text("Once upon").Finish("length"));
        using var bench = ModelBench.Over(server);

        var answer = await bench.AnswerAsync();

        Assert.Equal("length", answer.FinishReason);
        Assert.Equal([new TextPart("Once upon")], answer.Content);
    }

    [Fact]
    public async Task Without_figures_of_the_provider_the_usage_is_estimated()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text("12345678").Finish("stop"));
        using var bench = ModelBench.Over(server);

        Assert.Equal(new Usage(100, 0, 2, 0, ModelCalls: 1), (await bench.AnswerAsync()).Usage);
    }

    [Fact]
    public async Task No_more_requests_are_open_than_allowed()
    {
        using var client = new HeldClient();
        using var bench = ModelBench.Over(client, maxConcurrent: 1);
        var first = bench.AskAsync();
        var second = bench.AskAsync();
        using var cancel = new CancellationTokenSource();
        var third = bench.AskUntilAsync(cancel.Token);
        Assert.Equal(1, client.Started);

        await cancel.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        client.Release.SetResult();

        _ = Assert.IsType<ModelAnswer>(await first);
        _ = Assert.IsType<ModelAnswer>(await second);
        Assert.Equal(2, client.Started);
    }
}
