using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Testing;

namespace OrleansAgents.Grains.Tests.Execution;

/// <summary>What ends a call that its server does not end, over the real wire.</summary>
public sealed class CallLimitTests
{
    private static readonly Task Never = new TaskCompletionSource().Task;

    [Fact]
    public async Task Comments_are_signs_of_life()
    {
        await using var server = await ModelServer.StartAsync();
        var gates = Gates(4);
        server.Reply(r => gates.Aggregate(r, (reply, gate) => reply.Comment("PROCESSING").Wait(gate.Task)).Text("Here.").Finish("stop"));
        using var bench = ModelBench.Over(server);
        var answer = bench.AnswerAsync();
        foreach (var gate in gates)
        {
            await bench.LifeAsync();
            bench.Advance(TimeSpan.FromSeconds(29));
            gate.SetResult();
        }

        Assert.Equal("Here.", (await answer).Content[0].Value.Inline);
    }

    [Fact]
    public async Task A_server_that_only_comments_is_given_up_when_its_answer_has_not_begun_in_time()
    {
        await using var server = await ModelServer.StartAsync();
        var gates = Gates(40);
        server.Reply(r => gates.Aggregate(r, (reply, gate) => reply.Comment("PROCESSING").Wait(gate.Task)).Text("Too late.").Finish("stop"));
        using var bench = ModelBench.Over(server);
        var fault = bench.FaultAsync();
        for (var n = 0; !fault.IsCompleted && n < gates.Length; n++)
        {
            await bench.LifeAsync(fault);
            bench.Advance(TimeSpan.FromSeconds(25));
            gates[n].SetResult();
        }

        Assert.Equal((FaultKind.Transient, "no_first_token"), ((await fault).Kind, (await fault).Error.Code));
        Assert.InRange(bench.Elapsed, TimeSpan.FromSeconds(600), TimeSpan.FromSeconds(625));
        Assert.Null((await fault).Used);
    }

    [Fact]
    public async Task A_trickle_is_cut_at_the_longest_call_and_what_it_said_is_an_answer_cut_at_its_length()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => Enumerable.Range(0, 200).Aggregate(r, (reply, _) => reply.Text("drop ")).Wait(Never));
        using var bench = ModelBench.Over(server);
        bench.OnDelta = _ => bench.Time.Advance(TimeSpan.FromSeconds(30));

        var answer = await bench.AnswerAsync();

        Assert.Equal("length", answer.FinishReason);
        Assert.InRange(bench.Elapsed, TimeSpan.FromSeconds(3_600), TimeSpan.FromSeconds(3_660));
        Assert.StartsWith("drop drop", answer.Content[0].Value.Inline);
    }

    [Fact]
    public async Task An_endless_answer_is_cut_at_the_length_limit_with_one_chunk_too_many_at_most()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => Enumerable.Range(0, 10_000).Aggregate(r, (reply, _) => reply.Text(new string('x', 100))).Wait(Never));
        using var bench = ModelBench.Over(server, settings: s => s with { MaxOutputTokens = 50 });

        var answer = await bench.AnswerAsync();

        Assert.Equal("length", answer.FinishReason);
        Assert.InRange(answer.Content[0].Value.Inline!.Length, 401, 500);
    }

    [Fact]
    public async Task Endless_arguments_end_as_arguments_that_are_too_long()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => Enumerable.Range(0, 10_000).Aggregate(r.CallPiece(0, "c", "find", "{"), (reply, _) => reply.CallPiece(0, null, null, new string(' ', 1_000))).Wait(Never));
        using var bench = ModelBench.Over(server);

        Assert.Contains("longer than 64 KB", Assert.Single((await bench.AnswerAsync()).Calls).Invalid);
    }

    [Fact]
    public async Task Text_after_the_finish_reason_does_not_last_for_ever()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => Enumerable.Range(0, 10_000).Aggregate(r.Text("Done.").Finish("stop"), (reply, _) => reply.Text(new string('x', 100))).Wait(Never));
        using var bench = ModelBench.Over(server, settings: s => s with { MaxOutputTokens = 50 });

        Assert.InRange((await bench.AnswerAsync()).Content[0].Value.Inline!.Length, 401, 500);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_that_is_not_whole_at_the_longest_call_is_no_answer(bool speaks)
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => Enumerable.Range(0, 200).Aggregate(
            (speaks ? r.Text("Let me look.") : r.Reasoning("Hm.")).CallPiece(0, "c", "find", "{"), (reply, _) => reply.CallPiece(0, null, null, " ").Reasoning("Hm.")).Wait(Never));
        using var bench = ModelBench.Over(server);
        bench.OnDelta = _ => bench.Time.Advance(TimeSpan.FromSeconds(29));

        var fault = await bench.FaultAsync();

        Assert.Equal((FaultKind.Defect, "too_long"), (fault.Kind, fault.Error.Code));
        Assert.NotNull(fault.Used);
    }

    [Fact]
    public async Task A_call_whose_arguments_never_came_is_not_made()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => Enumerable.Range(0, 100).Aggregate(
            r.CallPiece(0, "a", "find", "{").CallPiece(1, "b", "find", ""), (reply, _) => reply.CallPiece(0, null, null, new string(' ', 1_000))).Wait(Never));
        using var bench = ModelBench.Over(server);

        Assert.All((await bench.AnswerAsync()).Calls, call => Assert.Contains("longer than 64 KB", call.Invalid));
    }

    [Fact]
    public async Task The_runs_budget_of_tokens_holds_while_the_answer_comes()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => Enumerable.Range(0, 10_000).Aggregate(r, (reply, _) => reply.Text(new string('x', 40))).Wait(Never));
        using var bench = ModelBench.Over(server);
        bench.Budget = new(null, 100);

        var answer = await bench.AnswerAsync();

        Assert.Equal("interrupted", answer.FinishReason);
        Assert.InRange(answer.Usage.OutputTokens, 101, 110);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_runs_budget_of_time_holds_while_a_call_is_open(bool speaks)
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => (speaks ? r.Text("So far") : r.Comment("PROCESSING")).Wait(Never));
        using var bench = ModelBench.Over(server);
        bench.Budget = new(TimeSpan.FromSeconds(20), null);
        bench.OnDelta = _ => bench.Time.Advance(TimeSpan.FromSeconds(20));
        var outcome = bench.AskAsync();
        if (!speaks)
        {
            await bench.LifeAsync();
            bench.Advance(TimeSpan.FromSeconds(20));
        }

        Assert.Equal(speaks ? "interrupted" : "budget", await outcome is ModelAnswer answer ? answer.FinishReason : ((ModelFault)await outcome).Error.Code);
    }

    [Fact]
    public async Task What_was_received_before_the_answer_broke_off_counts()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text("Half an ans").NoDone());
        using var bench = ModelBench.Over(server);

        Assert.Equal(new Usage(ModelBench.Request().Tokens, 0, 3, ModelCalls: 1), (await bench.FaultAsync()).Used);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_empty_stop_after_a_tool_is_an_answer_and_before_one_it_is_a_defect(bool afterTool)
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text("").Finish("stop"));
        using var bench = ModelBench.Over(server);
        var call = new ToolCallRequest("call_1_1", "p", "find", System.Text.Json.JsonElement.Parse("{}"));
        var request = afterTool
            ? ModelBench.Request("Do it.", new AssistantMessage([], [call]), new ToolMessage("call_1_1", "p", "done", false))
            : ModelBench.Request("Do it.");

        var outcome = await bench.AskAsync(request);

        Assert.Equal(afterTool ? "stop" : "empty_answer", outcome is ModelAnswer answer ? answer.FinishReason : ((ModelFault)outcome).Error.Code);
    }

    private static TaskCompletionSource[] Gates(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
}
