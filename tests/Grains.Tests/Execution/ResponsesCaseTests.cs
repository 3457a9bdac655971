using System.Text.Json;
using OrleansAgents.Events;
using OrleansAgents.Testing;

namespace OrleansAgents.Grains.Tests.Execution;

/// <summary>What servers send over the wire of responses: with all events, with few, in other forms.</summary>
public sealed class ResponsesCaseTests
{
    private const string A = """{"word":"a"}""";
    private const string B = """{"word":"b"}""";
    private const string Completed = """{"type":"response.completed","response":{"status":"completed","output":[]}}""";

    public static TheoryData<string, string[], string[]> Calls { get; } = new()
    {
        { "all events", [Added(0, A: ""), Piece(0, """{"word":"""), Piece(0, "\"a\"}"), ArgumentsDone(0, A), Done(0, A), Completed], [A] },
        { "no events but the end", [End(Item("fc_1", "c1", A), Item("fc_2", "c2", B))], [A, B] },
        { "only whole items", [Done(0, A), Done(1, B, "fc_2", "c2"), Completed], [A, B] },
        { "pieces that are never said to be done", [Added(0, A: ""), Piece(0, A), Completed], [A] },
        { "interleaved pieces", [Added(0, A: ""), Added(1, "", "fc_2", "c2"), Piece(0, """{"word":"""), Piece(1, """{"word":"""), Piece(0, "\"a\"}"), Piece(1, "\"b\"}"), Done(1, B, "fc_2", "c2"), Done(0, A), Completed], [A, B] },
        { "everything twice", [Added(0, A: ""), Added(0, A: ""), Piece(0, A), ArgumentsDone(0, A), Done(0, A), Done(0, A), End(Item("fc_1", "c1", A)), Completed], [A] },
        { "pieces behind the whole item", [Added(0, A: ""), Done(0, A), Piece(0, A), Completed], [A] },
        { "no places", [NoPlace(Added(0, A: "")), """{"type":"response.function_call_arguments.delta","item_id":"fc_1","delta":"{\"word\":\"a\"}"}""", NoPlace(Done(0, A)), Completed], [A] },
        { "neither places nor ids of items", [NoPlace(Added(0, "", "")), """{"type":"response.function_call_arguments.delta","delta":"{\"word\":\"a\"}"}""", NoPlace(Done(0, A, "")), Completed], [A] },
        { "another id of the item at its end", [Added(0, A: ""), Done(0, A, "fc_9"), Completed], [A] },
        { "arguments as an object", [Done(0, "").Replace("\"arguments\":\"\"", $"\"arguments\":{A}", StringComparison.Ordinal), Completed], [A] },
        { "an end that says less than the items", [Done(0, A), Done(1, B, "fc_2", "c2"), End(Item("fc_1", "c1", A))], [A, B] },
        { "calls of the server's own between", [Event("output_item.done", 0, """{"type":"web_search_call","id":"ws_1","status":"completed"}"""), Done(1, A), Completed], [A] },
        { "one place for all", [Added(0, A: ""), Piece(0, A), Done(0, A), Added(0, "", "fc_2", "c2"), """{"type":"response.function_call_arguments.delta","item_id":"fc_2","output_index":0,"delta":"{\"word\":\"b\"}"}""", Done(0, B, "fc_2", "c2"), Completed], [A, B] },
        { "one place for all, at the same time", [Added(0, A: ""), Added(0, "", "fc_2", "c2"), """{"type":"response.function_call_arguments.delta","item_id":"fc_2","output_index":0,"delta":"{\"word\":\"b\"}"}""", Piece(0, A), Completed], [A, B] },
        { "arguments in the end alone", [Added(0, A: ""), End(Item("fc_1", "c1", A))], [A] },
        { "another call id in the whole item", [Added(0, A: ""), Piece(0, A), ArgumentsDone(0, A), """{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","call_id":"c9","name":"find","arguments":"{\"word\":\"a\"}"} }""", Completed], [A] },
        { "pieces that name the call's id", [NoPlace(Added(0, "", "", "c1")), """{"type":"response.function_call_arguments.delta","item_id":"c1","delta":"{\"word\":\"a\"}"}""", Completed], [A] },
        { "an end without a status", [Done(0, A), """{"type":"response.completed","response":{"status":"in_progress"}}"""], [A] },
        { "a second end", [Done(0, A), Completed, Completed], [A] },
        { "a whole response", [$$"""{"id":"r","object":"response","status":"completed","output":[{{Item("fc_1", "c1", A)}}]}"""], [A] },
        { "the mark of chat completions instead of an end", [Done(0, A), "[DONE]"], [A] },
    };

    public static TheoryData<string, string[], string, string> Texts { get; } = new()
    {
        { "pieces and the whole", [Text(0, "H"), Text(0, "i"), MessageDone(0, "Hi"), Completed], "Hi", "stop" },
        { "only the whole", [MessageDone(0, "Hi"), Completed], "Hi", "stop" },
        { "only the end", [End("""{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hi"}]}""")], "Hi", "stop" },
        { "the length", [Text(0, "Hi"), """{"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}}"""], "Hi", "length" },
        { "the length, named as completed", [Text(0, "Hi"), """{"type":"response.completed","response":{"status":"incomplete","incomplete_details":null}}"""], "Hi", "length" },
        { "a name of newer servers", [Text(0, "Hi"), """{"type":"response.done","response":{"status":"completed"}}"""], "Hi", "stop" },
        { "unknown events and foreign members", ["""{"type":"response.audio.delta","delta":"xx"}""", """{"type":"keepalive","sequence_number":3}""", Text(0, "Hi").Replace("}", ",\"logprobs\":[],\"obfuscation\":\"x\"}", StringComparison.Ordinal), Completed], "Hi", "stop" },
        { "two messages", [Text(0, "H"), MessageDone(0, "H"), Text(1, "i"), MessageDone(1, "i"), Completed], "Hi", "stop" },
        { "half a pair", [Text(0, "\\ud83d"), Text(0, "\\ude00"), Completed], "\ud83d\ude00", "stop" },
    };

    public static TheoryData<string, string, string, string> Errors { get; } = new()
    {
        { "an event", """{"type":"error","code":"rate_limit_exceeded","message":"No room."}""", "rate_limited", "No room." },
        { "an event with the error inside", """{"type":"error","error":{"type":"server_error","message":"No room."}}""", "stream_error", "No room." },
        { "a failed response", """{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"No room."}}}""", "stream_error", "No room." },
        { "a failed response without words", """{"type":"response.failed","response":{"status":"failed","error":null}}""", "stream_error", "broke off" },
        { "a failed response without a status", """{"type":"response.failed","response":{"id":"r"}}""", "stream_error", "broke off" },
        { "a body of an error", """{"error":{"message":"No room.","code":"insufficient_quota"}}""", "insufficient_quota", "No room." },
        { "a filter", """{"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"content_filter"}}}""", "content_filter", "refused" },
        { "no end", Text(0, "Half"), "stream_cut", "ended in the middle" },
        { "a call without an end", Done(0, A), "stream_cut", "ended in the middle" },
        { "a response that goes on elsewhere", """{"object":"response","status":"in_progress","output":[]}""", "stream_cut", "ended in the middle" },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Calls_are_those_that_are_meant_and_given_once(string what, string[] events, string[] arguments)
    {
        await using var server = await ModelServer.StartAsync(_ => Reply(events));
        using var bench = ModelBench.Over(server, ModelBench.Responses);
        var answer = await bench.AnswerAsync();
        Assert.Equal((what, string.Join('\n', arguments)), (what, string.Join('\n', answer.Calls.Select(c => c.Arguments.GetRawText()))));
        Assert.All(answer.Calls, c => Assert.Equal(("find", null), (c.Tool, c.Invalid)));
        Assert.Equal(arguments.Length, answer.Calls.Select(c => c.ProviderCallId).Distinct().Count());
        Assert.Equal("tool_calls", answer.FinishReason);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Text_is_what_is_meant_and_ends_as_it_is_meant(string what, string[] events, string text, string finish)
    {
        await using var server = await ModelServer.StartAsync(_ => Reply(events));
        using var bench = ModelBench.Over(server, ModelBench.Responses);
        var answer = await bench.AnswerAsync();
        Assert.Equal((what, text, finish), (what, string.Concat(answer.Content.Select(p => p.Value.Inline)), answer.FinishReason));
        Assert.Equal(text, bench.Shown);
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task An_error_is_told_in_the_servers_words(string what, string e, string code, string words)
    {
        await using var server = await ModelServer.StartAsync(_ => Reply([e]));
        using var bench = ModelBench.Over(server, ModelBench.Responses);
        var fault = await bench.FaultAsync();
        Assert.Equal((what, code), (what, fault.Error.Code));
        Assert.Contains(words, fault.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_whose_arguments_never_came_is_not_made()
    {
        await using var server = await ModelServer.StartAsync(_ => Reply([Added(0, A: ""), "[DONE]"]));
        using var bench = ModelBench.Over(server, ModelBench.Responses);
        Assert.NotNull(Assert.Single((await bench.AnswerAsync()).Calls).Invalid);
    }

    [Fact]
    public async Task An_answer_of_endless_items_is_not_read()
    {
        await using var server = await ModelServer.StartAsync(_ => Reply([End([.. Enumerable.Repeat("{}", 2_000)])]));
        using var bench = ModelBench.Over(server, ModelBench.Responses);
        Assert.Equal("unreadable_answer", (await bench.FaultAsync()).Error.Code);
    }

    [Fact]
    public async Task A_refusal_is_told()
    {
        await using var server = await ModelServer.StartAsync(_ => Reply(["""{"type":"response.refusal.delta","output_index":0,"delta":"I must not."}""", Completed]));
        using var bench = ModelBench.Over(server, ModelBench.Responses);
        Assert.Contains("I must not.", (await bench.FaultAsync()).Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_with_ids_that_is_cut_is_not_asked_for_again()
    {
        var seen = new TaskCompletionSource();
        await using var server = await ModelServer.StartAsync(_ => new Reply().Text("Half an answer").Wait(seen.Task).Abort());
        using var bench = ModelBench.Over(server, ModelBench.Responses);
        bench.OnDelta = _ => seen.TrySetResult();
        Assert.Equal("stream_cut", (await bench.FaultAsync()).Error.Code);
        Assert.Equal("/v1/responses", Assert.Single(server.Received).Path);
    }

    [Fact]
    public async Task Figures_and_reasoning_are_read()
    {
        await using var server = await ModelServer.StartAsync(_ => Reply(
        [
            """{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"delta":"One."}""",
            """{"type":"response.reasoning_summary_part.added","item_id":"rs_1","output_index":0,"summary_index":1}""",
            """{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"delta":"Two."}""",
            Text(1, "Hi"),
            """{"type":"response.completed","response":{"status":"completed","usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4},"output_tokens":7,"output_tokens_details":{"reasoning_tokens":5}}}}""",
        ]));
        using var bench = ModelBench.Over(server, ModelBench.Responses);
        var answer = await bench.AnswerAsync();
        Assert.Equal([new ReasoningPart("One.\n\nTwo."), new TextPart("Hi")], answer.Content);
        Assert.Equal((10, 4, 7, 5), (answer.Usage.InputTokens, answer.Usage.CachedTokens, answer.Usage.OutputTokens, answer.Usage.ReasoningTokens));
    }

    private static string Text(int place, string text) => $$"""{"type":"response.output_text.delta","item_id":"msg_{{place}}","output_index":{{place}},"content_index":0,"delta":"{{text}}"}""";

    private static string MessageDone(int place, string text) =>
        Event("output_item.done", place, $$"""{"type":"message","id":"msg_{{place}}","role":"assistant","content":[{"type":"output_text","text":"{{text}}"}]}""");

    private static string Added(int place, string A, string id = "fc_1", string callId = "c1") => Event("output_item.added", place, Item(id, callId, A));

    private static string Done(int place, string arguments, string id = "fc_1", string callId = "c1") => Event("output_item.done", place, Item(id, callId, arguments));

    private static string Piece(int place, string piece) => $$"""{"type":"response.function_call_arguments.delta","item_id":"fc_{{place + 1}}","output_index":{{place}},"delta":{{JsonSerializer.Serialize(piece)}}}""";

    private static string ArgumentsDone(int place, string arguments) => $$"""{"type":"response.function_call_arguments.done","item_id":"fc_{{place + 1}}","output_index":{{place}},"arguments":{{JsonSerializer.Serialize(arguments)}}}""";

    private static string Item(string id, string callId, string arguments) =>
        $$"""{"type":"function_call","id":"{{id}}","call_id":"{{callId}}","name":"find","arguments":{{JsonSerializer.Serialize(arguments)}}}""";

    private static string Event(string type, int place, string item) => $$$"""{"type":"response.{{{type}}}","output_index":{{{place}}},"item":{{{item}}} }""";

    private static string NoPlace(string e) => e.Replace("\"output_index\":0,", "", StringComparison.Ordinal).Replace("\"id\":\"\",", "", StringComparison.Ordinal);

    private static string End(params string[] items) => $$"""{"type":"response.completed","response":{"status":"completed","output":[{{string.Join(',', items)}}]} }""";

    /// <summary>The events as they are, and nothing more.</summary>
    private static Reply Reply(string[] events)
    {
        var reply = new Reply().NoDone();
        return reply.Body(200, string.Concat(events.Select(e => $"data: {e}\n\n")));
    }
}
