using System.IO.Compression;
using System.Text;
using System.Text.Json;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Testing;

namespace OrleansAgents.Grains.Tests.Execution;

/// <summary>What servers really send, over OpenAI's client.</summary>
public sealed class OpenAiWireCaseTests() : WireCaseTests(ModelSettings.OpenAi);

/// <summary>The same over Azure's.</summary>
public sealed class AzureOpenAiWireCaseTests() : WireCaseTests(ModelSettings.AzureOpenAi);

public abstract class WireCaseTests(string provider)
{
    private const string A = """{"word":"a"}""";
    private const string B = """{"word":"b"}""";

    public static TheoryData<string, string[], string[]> Calls { get; } = new()
    {
        { "a finish reason that is repeated", [T(0, "a", "find", A), F("tool_calls"), F("tool_calls"), U], [A] },
        { "a finish reason that is repeated with every chunk after it", [T(0, "a", "find", A), F("tool_calls"), C("""{"content":""}""", "tool_calls"), F("tool_calls")], [A] },
        { "a finish reason before the calls", [F("tool_calls"), T(0, "a", "find", A)], [A] },
        { "a finish reason between two calls", [T(0, "a", "find", A), F("tool_calls"), T(1, "b", "find", B), F("tool_calls")], [A, B] },
        { "another id in every piece", [T(0, "id_1", "find", ""), T(0, "id_2", null, """{"word":"""), T(0, "id_2", null, "\"a\"}"), F("tool_calls")], [A] },
        { "another id in every piece of the second call", [T(0, "p", "find", A), T(1, "q", "find", ""), T(1, "r", null, """{"word":"""), T(1, "s", null, "\"b\"}"), F("tool_calls")], [A, B] },
        { "two calls without ids at one place", [T(0, "", "find", A), T(0, "", "find", B), F("tool_calls")], [A, B] },
        { "two calls of different tools without ids at one place", [T(0, "", "find", A), T(0, "", "gone", B), F("tool_calls")], [A, B] },
        { "two whole calls in one chunk at one place", [C($$"""{"tool_calls":[{{Part(0, null, "find", A)}},{{Part(0, null, "find", B)}}]}"""), F("tool_calls")], [A, B] },
        { "two whole calls in one chunk without places", [C($$"""{"tool_calls":[{{Part(null, null, "find", A)}},{{Part(null, null, "find", B)}}]}"""), F("tool_calls")], [A, B] },
        { "two ids at one place", [T(0, "p", "find", A), T(0, "q", "find", B), F("tool_calls")], [A, B] },
        { "interleaved pieces of two calls", [T(0, "p", "find", """{"wo"""), T(1, "q", "find", """{"wo"""), T(0, null, null, "rd\":\"a\"}"), T(1, null, null, "rd\":\"b\"}"), F("tool_calls")], [A, B] },
        { "id and name in every piece", [T(0, "p", "find", """{"word":"""), T(0, "p", "find", "\"a\"}"), F("tool_calls")], [A] },
        { "the name in every piece, without ids", [T(0, null, "find", ""), T(0, null, "find", """{"word":"""), T(0, null, "find", "\"a\"}"), F("tool_calls")], [A] },
        { "a call that is said again as a whole", [T(0, "p", "find", A), T(0, "p", "find", A), F("tool_calls")], [A] },
        { "pieces without a place", [T(null, "p", "find", """{"word":"""), T(null, null, null, "\"a\"}"), F("tool_calls")], [A] },
        { "no finish reason, but an end", [T(0, "a", "find", A)], [A] },
        { "a last piece with the name and nothing else", [T(0, "a", "find", A), T(0, null, "find", ""), F("tool_calls")], [A] },
        { "a last piece with id, name and a blank", [T(0, "a", "find", A), T(0, "a", "find", "\n"), F("tool_calls")], [A] },
        { "a call that is said again with other blanks", [T(0, "p", "find", A), T(0, "p", "find", """{ "word": "a" }"""), F("tool_calls")], [A] },
        { "a place that changes with every piece", [T(0, "a", "find", ""), T(1, null, null, A), F("tool_calls")], [A] },
        { "interleaved pieces at one place, each with its id", [T(0, "p", "find", """{"wo"""), T(0, "q", "find", """{"wo"""), T(0, "p", null, "rd\":\"a\"}"), T(0, "q", null, "rd\":\"b\"}"), F("tool_calls")], [A, B] },
        { "a whole message after its pieces", [T(0, null, "find", A), F("tool_calls"), """{"choices":[{"message":{"tool_calls":[{"function":{"name":"find","arguments":"{ \\"word\\":\\"a\\" }"}}]},"finish_reason":"tool_calls"}]}"""], [A] },
        { "arguments as an object", [C("""{"tool_calls":[{"index":0,"id":"p","type":"","function":{"name":"find","arguments":""" + A + "}}]}"), F("tool_calls")], [A] },
        { "arguments encoded twice", [T(0, "p", "find", JsonSerializer.Serialize(A)), F("tool_calls")], [A] },
        { "null for no arguments", [T(0, "p", "find", "null"), F("tool_calls")], ["{}"] },
        { "a call in a whole completion", [$$$"""{"object":"chat.completion","choices":[{"message":{"role":"assistant","content":null,"tool_calls":[{"id":"p","type":"function","function":{"name":"find","arguments":"{\"word\":\"a\"}"}}]},"finish_reason":"tool_calls"}]}"""], [A] },
    };

    public static TheoryData<string, string[], string, string> Texts { get; } = new()
    {
        { "no finish reason, but an end", [C("""{"content":"Hi"}""")], "Hi", "stop" },
        { "an empty finish reason with every chunk", [C("""{"content":"H"}""", ""), C("""{"content":"i"}""", ""), F("stop")], "Hi", "stop" },
        { "eos", [C("""{"content":"Hi"}"""), F("eos")], "Hi", "stop" },
        { "end_turn", [C("""{"content":"Hi"}"""), F("end_turn")], "Hi", "stop" },
        { "STOP", [C("""{"content":"Hi"}"""), F("STOP")], "Hi", "stop" },
        { "max_tokens", [C("""{"content":"Hi"}"""), F("max_tokens")], "Hi", "length" },
        { "MAX_TOKENS", [C("""{"content":"Hi"}"""), F("MAX_TOKENS")], "Hi", "length" },
        { "a word that nobody knows", [C("""{"content":"Hi"}"""), F("wonderful")], "Hi", "stop" },
        { "an empty role", [C("""{"role":"","content":"Hi"}"""), F("stop")], "Hi", "stop" },
        { "created as a fraction, null and text", ["""{"created":1.5,"choices":[]}""", """{"created":null,"choices":null}""", """{"created":"now","choices":[{"delta":{"content":"Hi"}}]}""", F("stop")], "Hi", "stop" },
        { "a list of parts", [C("""{"content":[{"type":"text","text":"H"},{"type":"text","text":"i"}]}"""), F("stop")], "Hi", "stop" },
        { "members that nobody knows", ["""{"x":{"y":[1,{"z":null}]},"choices":[{"index":0,"logprobs":{"content":[{"token":"x"}]},"delta":{"content":"Hi","weird":[[]]},"finish_reason":null}],"service_tier":7}""", F("stop")], "Hi", "stop" },
        { "a second answer that nobody asked for", ["""{"choices":[{"index":0,"delta":{"content":"Hi"}},{"index":1,"delta":{"content":"Ho"}}]}""", F("stop")], "Hi", "stop" },
        { "a whole completion", ["""{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1}}"""], "Hi", "stop" },
        { "half of a pair, split over chunks", [C("""{"content":"\ud83d"}"""), C("""{"content":"\ude00"}"""), F("stop")], "😀", "stop" },
        { "a whole message after its pieces", [C("""{"content":"Hi"}"""), F("stop"), """{"object":"chat.completion","choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}"""], "Hi", "stop" },
        { "members of an error that say nothing", ["""{"error":"","detail":null,"message":"","choices":null}""", C("""{"content":"Hi"}"""), F("stop")], "Hi", "stop" },
        { "half of a pair alone", [C("""{"content":"a\ud83d\n"}"""), F("stop")], "a\uFFFD\n", "stop" },
    };

    public static TheoryData<string, string> Bodies { get; } = new()
    {
        { "CR alone", Sse(C("""{"content":"H"}"""), C("""{"content":"i"}"""), F("stop"), "[DONE]").Replace('\n', '\r') },
        { "CRLF", Sse(C("""{"content":"H"}"""), C("""{"content":"i"}"""), F("stop"), "[DONE]").Replace("\n", "\r\n", StringComparison.Ordinal) },
        { "a mark of byte order", "\uFEFF" + Sse(C("""{"content":"Hi"}"""), F("stop"), "[DONE]") },
        { "no last empty line", Sse(C("""{"content":"Hi"}"""), F("stop")).TrimEnd('\n') },
        { "no empty lines at all", Sse(C("""{"content":"H"}"""), C("""{"content":"i"}"""), F("stop"), "[DONE]").Replace("\n\n", "\n", StringComparison.Ordinal) },
        { "a ping in front of the data", "data: ping\n" + Sse(C("""{"content":"Hi"}"""), F("stop"), "[DONE]") },
        { "a line of a log", "[INFO] ready\n" + Sse(C("""{"content":"Hi"}"""), F("stop"), "[DONE]") },
        { "no space after the colon", Sse(C("""{"content":"Hi"}"""), F("stop"), "[DONE]").Replace("data: ", "data:", StringComparison.Ordinal) },
        { "comments, ids, pings and names of events", ": hello\n\nevent: ping\ndata: ping\n\nid: 1\nretry: 5\nevent: message\n" + Sse(C("""{"content":"Hi"}"""), F("stop"), "[DONE]") },
        { "JSON over several lines of data", "data: {\"choices\":\ndata: [{\"delta\":{\"content\":\"Hi\"},\ndata: \"finish_reason\":\"stop\"}]}\n\n" },
        { "a completion on many lines", "{\n  \"choices\": [\n    {\n      \"message\": { \"content\": \"Hi\" },\n\n      \"finish_reason\": \"stop\"\n    }\n  ]\n}\n" },
        { "a line of JSON for each chunk", C("""{"content":"H"}""") + "\n" + C("""{"content":"i"}""") + "\n" + F("stop") + "\n" },
    };

    public static TheoryData<string, string, string, string> Errors { get; } = new()
    {
        { "an error line", "error: {\"message\":\"No room.\"}\n\n", "stream_error", "No room." },
        { "an error line of text", "error: No room.\n\n", "stream_error", "No room." },
        { "a list of details", "{\"detail\":[{\"msg\":\"No room.\"}]}", "stream_error", "No room." },
        { "an error in a choice, as text", Sse("""{"choices":[{"finish_reason":"error","error":"No room."}]}"""), "stream_error", "No room." },
        { "an event that is called an error", "event: error\ndata: {\"message\":\"No room.\",\"code\":\"429\"}\n\n", "rate_limited", "No room." },
        { "plain JSON", "{\"error\":{\"message\":\"No room.\"}}", "stream_error", "No room." },
        { "an object that is an error", "{\"object\":\"error\",\"message\":\"No room.\",\"code\":503}", "server_error", "No room." },
        { "a detail", "{\"detail\":\"No room.\"}", "stream_error", "No room." },
        { "a list", "[{\"error\":{\"message\":\"No room.\",\"code\":429}}]", "rate_limited", "No room." },
        { "an error in a choice", Sse("""{"choices":[{"finish_reason":"error","error":{"message":"No room.","code":502}}]}"""), "server_error", "No room." },
        { "an error as text", Sse("""{"error":"No room."}"""), "stream_error", "No room." },
        { "an error after some text", Sse(C("""{"content":"Half"}"""), """{"error":{"message":"No room.","code":"overloaded_error"},"choices":[]}"""), "rate_limited", "No room." },
    };

    private static string U => """{"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":2}}""";

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Calls_are_those_that_are_meant_and_given_once(string what, string[] chunks, string[] arguments)
    {
        await using var server = await ModelServer.StartAsync(_ => Reply(chunks));
        using var bench = ModelBench.Over(server, provider);
        var answer = await bench.AnswerAsync();
        Assert.Equal((what, string.Join('\n', arguments)), (what, string.Join('\n', answer.Calls.Select(c => c.Arguments.GetRawText()))));
        Assert.All(answer.Calls, c => Assert.Equal(c.Tool == "find" && c.Arguments.GetRawText() != "{}", c.Invalid is null));
        Assert.Equal(answer.Calls.Count, answer.Calls.Select(c => c.ProviderCallId).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Text_is_what_is_meant_and_ends_as_it_is_meant(string what, string[] chunks, string text, string finish)
    {
        await using var server = await ModelServer.StartAsync(_ => Reply(chunks));
        using var bench = ModelBench.Over(server, provider);
        var answer = await bench.AnswerAsync();
        Assert.Equal((what, text, finish), (what, string.Concat(answer.Content.Select(p => p.Value.Inline)), answer.FinishReason));
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_is_read_however_its_lines_end(string what, string body)
    {
        await using var server = await ModelServer.StartAsync(_ => new Reply().Body(200, body));
        using var bench = ModelBench.Over(server, provider);
        Assert.Equal((what, "Hi"), (what, string.Concat((await bench.AnswerAsync()).Content.Select(p => p.Value.Inline))));
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task An_error_inside_an_answer_is_told_in_the_servers_words(string what, string body, string code, string words)
    {
        await using var server = await ModelServer.StartAsync(_ => new Reply().Body(200, body));
        using var bench = ModelBench.Over(server, provider);
        var fault = await bench.FaultAsync();
        Assert.Equal((what, code), (what, fault.Error.Code));
        Assert.Contains(words, fault.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"reasoning_content":"Hm."}""")]
    [InlineData("""{"reasoning":"Hm."}""")]
    [InlineData("""{"reasoning":"Hm.","reasoning_content":"Hm."}""")]
    [InlineData("""{"reasoning_content":null,"reasoning":"Hm."}""")]
    [InlineData("""{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm."}]}]}""")]
    [InlineData("""{"content":[{"type":"thinking","thinking":"Hm."}]}""")]
    public async Task Reasoning_is_shown_whatever_its_field_is_called(string delta)
    {
        await using var server = await ModelServer.StartAsync(_ => Reply([C(delta), C("""{"content":"Hi"}"""), F("stop")]));
        using var bench = ModelBench.Over(server, provider);
        Assert.Equal([new ReasoningPart("Hm."), new TextPart("Hi")], (await bench.AnswerAsync()).Content);
    }

    [Fact]
    public async Task A_compressed_answer_is_read()
    {
        await using var server = await ModelServer.StartAsync(_ => new Reply().Bytes(Gzip(Sse(C("""{"content":"Hi"}"""), F("stop"), "[DONE]"))).Header("Content-Encoding", "gzip"));
        using var bench = ModelBench.Over(server, provider);
        Assert.Equal([new TextPart("Hi")], (await bench.AnswerAsync()).Content);
    }

    [Fact]
    public async Task Without_an_end_and_a_finish_reason_nothing_is_whole()
    {
        await using var server = await ModelServer.StartAsync(_ => new Reply().Raw(T(0, "p", "find", A)).NoDone());
        using var bench = ModelBench.Over(server, provider);
        Assert.Equal("stream_cut", (await bench.FaultAsync()).Error.Code);
    }

    [Fact]
    public async Task A_call_that_comes_behind_the_finish_reason_and_is_cut_is_not_whole()
    {
        await using var server = await ModelServer.StartAsync(_ => Reply([F("tool_calls"), T(0, "a", "find", "")]).NoDone());
        using var bench = ModelBench.Over(server, provider);
        Assert.Equal("stream_cut", (await bench.FaultAsync()).Error.Code);
    }

    [Fact]
    public async Task A_chunk_that_is_cut_behind_its_finish_reason_is_not_whole()
    {
        await using var server = await ModelServer.StartAsync(_ => new Reply().Body(200, """data: {"choices":[{"finish_reason":"stop","index":0,"message":{"content":"Half"""));
        using var bench = ModelBench.Over(server, provider);
        Assert.Equal("stream_cut", (await bench.FaultAsync()).Error.Code);
    }

    [Theory]
    [InlineData("ERROR")]
    [InlineData("network_error")]
    [InlineData("insufficient_system_resource")]
    public async Task An_answer_that_its_server_broke_off_is_no_answer(string finish)
    {
        await using var server = await ModelServer.StartAsync(_ => Reply([C("""{"content":"Half"}"""), F(finish)]));
        using var bench = ModelBench.Over(server, provider);
        Assert.Equal("stream_error", (await bench.FaultAsync()).Error.Code);
    }

    [Fact]
    public async Task Half_of_a_pair_in_arguments_is_replaced_and_loses_no_other_call()
    {
        var half = C("""{"tool_calls":[{"index":0,"id":"p","function":{"name":"find","arguments":"{\"word\":\"\ud83d\"}"}}]}""");
        await using var server = await ModelServer.StartAsync(_ => Reply([half, T(1, "q", "find", B), F("tool_calls")]));
        using var bench = ModelBench.Over(server, provider);
        Assert.Equal(["\uFFFD", "b"], (await bench.AnswerAsync()).Calls.Select(c => c.Arguments.GetProperty("word").GetString()));
    }

    [Fact]
    public async Task Figures_that_are_left_out_later_stay()
    {
        await using var server = await ModelServer.StartAsync(_ => Reply([C("""{"content":"Hi"}"""), U, """{"choices":[],"usage":{}}""", F("stop")]));
        using var bench = ModelBench.Over(server, provider);
        Assert.Equal((10, 2), ((await bench.AnswerAsync()).Usage.InputTokens, (await bench.AnswerAsync()).Usage.OutputTokens));
    }

    [Fact]
    public async Task A_line_that_never_ends_is_not_read_for_ever()
    {
        await using var server = await ModelServer.StartAsync(_ => new Reply().Body(200, "data: {\"x\":\"" + new string('x', 20 * 1024 * 1024)));
        using var bench = ModelBench.Over(server, provider);
        var fault = await bench.FaultAsync();
        Assert.Equal((FaultKind.Defect, "unreadable_answer"), (fault.Kind, fault.Error.Code));
    }

    private static Reply Reply(string[] chunks)
    {
        var reply = new Reply();
        foreach (var chunk in chunks)
        {
            reply.Raw(chunk);
        }

        return reply;
    }

    private static string Sse(params IEnumerable<string> events) => string.Concat(events.Select(e => $"data: {e}\n\n"));

    private static string C(string delta, string? finish = null) => $$"""{"choices":[{"index":0,"delta":{{delta}},"finish_reason":{{(finish is null ? "null" : $"\"{finish}\"")}}}]}""";

    private static string F(string finish) => C("{}", finish);

    private static string T(int? index, string? id, string? name, string arguments) => C($$"""{"tool_calls":[{{Part(index, id, name, arguments)}}]}""");

    private static string Part(int? index, string? id, string? name, string arguments)
    {
        var members = new List<string>();
        if (index is not null)
        {
            members.Add($"\"index\":{index}");
        }

        if (id is not null)
        {
            members.Add($"\"id\":\"{id}\"");
        }

        members.Add($$"""
            "function":{{{(name is null ? "" : $"\"name\":\"{name}\",")}}"arguments":{{JsonSerializer.Serialize(arguments)}}}
            """);
        return $"{{{string.Join(',', members)}}}";
    }

    private static byte[] Gzip(string text)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return result.ToArray();
    }
}
