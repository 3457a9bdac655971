using System.Text.Json;
using Microsoft.Extensions.Configuration;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;
using OrleansAgents.Testing;

namespace OrleansAgents.Grains.Tests.Execution;

/// <summary>What a request over the wire of responses holds.</summary>
public sealed class ResponsesRequestTests
{
    private static readonly string[] Plain = ["input", "instructions", "max_output_tokens", "model", "store", "stream", "tools"];

    [Fact]
    public async Task The_server_keeps_nothing_and_gets_all_that_was_said()
    {
        var body = await SentAsync(
            [
                new AssistantMessage([new ReasoningPart("Hm."), new TextPart("I look.")], [new("call_1_1", "c1", "find", ModelBench.Schema("""{"word":"a"}"""), null)]),
                new ToolMessage("call_1_1", "c1", "found", false), new UserMessage("And now?"),
            ],
            ("Model", "gpt-5"));
        Assert.Equal(Plain.Append("include").Order(), body.EnumerateObject().Select(m => m.Name).Order());
        Assert.Equal((false, "Be brief."), (body.GetProperty("store").GetBoolean(), body.GetProperty("instructions").GetString()));
        Assert.Equal("""["reasoning.encrypted_content"]""", body.GetProperty("include").GetRawText());
        Assert.Equal(
            [
                """{"role":"user","content":"What is it?"}""", """{"role":"assistant","content":"I look."}""",
                """{"type":"function_call","call_id":"c1","name":"find","arguments":"{\"word\":\"a\"}"}""",
                """{"type":"function_call_output","call_id":"c1","output":"found"}""", """{"role":"user","content":"And now?"}""",
            ],
            body.GetProperty("input").EnumerateArray().Select(i => i.GetRawText()));
    }

    [Fact]
    public async Task A_model_that_does_not_reason_is_not_asked_for_its_reasoning() =>
        Assert.Equal(Plain, (await SentAsync([], ("Model", "gpt-4.1-mini"))).EnumerateObject().Select(m => m.Name).Order());

    [Fact]
    public async Task Settings_have_their_place()
    {
        var body = await SentAsync([], ("Model", "m"), ("ReasoningEffort", "low"), ("ReasoningSummary", "auto"), ("Temperature", "0.5"), ("ParallelCalls", "false"), ("OutputLimit", "none"), ("Strict", "true"));
        Assert.Equal("""{"effort":"low","summary":"auto"}""", body.GetProperty("reasoning").GetRawText());
        Assert.Equal((0.5, false, false), (body.GetProperty("temperature").GetDouble(), body.GetProperty("parallel_tool_calls").GetBoolean(), body.TryGetProperty("max_output_tokens", out _)));

        // Its parameters have an optional member: no server could hold a model to them.
        Assert.False(body.GetProperty("tools")[0].GetProperty("strict").GetBoolean());
    }

    [Fact]
    public async Task What_the_server_gave_goes_back_in_its_place()
    {
        const string Before = """{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"enc-1"}""";
        const string Between = """{"type":"reasoning","id":"rs_2","summary":[],"encrypted_content":"enc-2"}""";
        const string Forgotten = """{"type":"reasoning","id":"rs_3","summary":[]}""";
        string[] items =
        [
            Before, """{"type":"message","id":"msg_1","role":"assistant","phase":"commentary","content":[{"type":"output_text","text":"I look."}]}""",
            Call("c1"), Between, Call("c2"), Forgotten,
        ];
        await using var server = await ModelServer.StartAsync(_ => Whole(items));
        using var bench = ModelBench.Over(server, ModelBench.Responses);
        var answer = await bench.AnswerAsync();
        Assert.Equal(2, answer.Calls.Count);

        var calls = answer.Calls.Select((c, i) => new ToolCallRequest($"call_1_{i + 1}", c.ProviderCallId, c.Tool, c.Arguments, c.Invalid, c.Protected)).ToList();
        RequestMessage[] said = [new AssistantMessage(answer.Content, calls), .. calls.Select(c => new ToolMessage(c.CallId, c.ProviderCallId, "found", false))];
        await bench.AnswerAsync(ModelBench.Request("find", said));
        Assert.Equal(
            [Before, """{"role":"assistant","content":"I look.","phase":"commentary"}""", Sent("c1"), Between, Sent("c2")],
            server.Received[1].Body.GetProperty("input").EnumerateArray().Skip(1).SkipLast(2).Select(i => i.GetRawText()));

        // The same messages for another server.
        using var other = ModelBench.Over(server, ModelBench.Responses, s => s with { Model = "another" });
        await other.AnswerAsync(ModelBench.Request("find", said));
        Assert.DoesNotContain("enc-", server.Received[2].Body.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("json_object", false, "system")]
    [InlineData("instructions", true, "user")]
    public async Task The_form_of_a_JSON_object_is_in_the_input(string structured, bool hasInstructions, string firstRole)
    {
        await using var server = await ModelServer.StartAsync(_ => new Reply().Text("{}").Finish("stop"));
        using var bench = ModelBench.Over(server, settings: _ => Read([("Endpoint", server.Endpoint.ToString()), ("Model", "m"), ("Api", "responses"), ("Structured", structured)]));
        var request = ModelBench.Request();
        await bench.AskAsync(request with { Definition = request.Definition with { Output = ModelBench.Schema("""{"type":"object"}""") } });
        var body = Assert.Single(server.Received).Body;
        Assert.Equal((hasInstructions, firstRole), (body.TryGetProperty("instructions", out _), body.GetProperty("input")[0].GetProperty("role").GetString()));
    }

    [Fact]
    public async Task A_query_of_the_endpoint_stays_behind_the_path()
    {
        await using var server = await ModelServer.StartAsync(_ => new Reply().Text("ok").Finish("stop"));
        using var bench = ModelBench.Over(server, settings: _ => Read([("Endpoint", $"{server.Endpoint}?code=abc"), ("Model", "m"), ("Api", "responses")]));
        await bench.AnswerAsync();
        Assert.Equal(("/v1/responses", "?code=abc"), (server.Received[0].Path, server.Received[0].Query));
    }

    [Theory]
    [InlineData("""{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"cut \ud83d"}],"encrypted_content":"enc-1"}""")]
    [InlineData("""{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"enc-1","\ud800":1}""")]
    public async Task Reasoning_that_is_no_text_is_not_sent_back(string item)
    {
        await using var server = await ModelServer.StartAsync(_ => Whole([item, Call("c1")]));
        using var bench = ModelBench.Over(server, ModelBench.Responses);
        Assert.DoesNotContain((await bench.AnswerAsync()).Content, p => p is ReasoningPart { Protected: not null });
    }

    [Fact]
    public async Task Reasoning_that_nothing_follows_is_left_out()
    {
        await using var server = await ModelServer.StartAsync(_ => Whole(["""{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"enc-1"}"""]));
        using var bench = ModelBench.Over(server, ModelBench.Responses);
        RequestMessage[] called = [new AssistantMessage([], [new("call_1_1", "c1", "find", ModelBench.Schema("{}"), null)]), new ToolMessage("call_1_1", "c1", "done", false)];
        var answer = await bench.AnswerAsync(ModelBench.Request("do it", called));
        Assert.Single(answer.Content);

        await bench.AskAsync(ModelBench.Request("do it", [.. called, new AssistantMessage(answer.Content, []), new UserMessage("And now?")]));
        Assert.Equal(
            ["user", "function_call", "function_call_output", "user"],
            server.Received[1].Body.GetProperty("input").EnumerateArray().Select(i => (i.TryGetProperty("type", out var type) ? type : i.GetProperty("role")).GetString()));
    }

    [Theory]
    [InlineData("", "responses", null, "/openai/v1/responses", "")]
    [InlineData("/openai/v1", "responses", null, "/openai/v1/responses", "")]
    [InlineData("/openai/v1/", "chat", null, "/openai/v1/chat/completions", "")]
    [InlineData("/openai/v1", "chat", "preview", "/openai/v1/chat/completions", "?api-version=preview")]
    [InlineData("", "chat", "2099-01-01-preview", "/openai/deployments/m/chat/completions", "?api-version=2099-01-01-preview")]
    public async Task Azure_is_asked_at_the_address_that_it_has(string path, string api, string? version, string asked, string query)
    {
        await using var server = await ModelServer.StartAsync(_ => new Reply().Text("ok").Finish("stop"));
        (string, string)[] values = [("Provider", "azure-openai"), ("Endpoint", new Uri(server.Endpoint, path.Length == 0 ? "/" : path).ToString()), ("Model", "m"), ("ApiKey", ModelBench.Key), ("Api", api)];
        using var bench = ModelBench.Over(server, settings: _ => Read(version is null ? values : [.. values, ("ApiVersion", version)]));
        await bench.AnswerAsync();
        var received = Assert.Single(server.Received);
        Assert.Equal((asked, query, ModelBench.Key), (received.Path, received.Query, received.Headers["api-key"]));
        Assert.Null(received.Authorization);
    }

    private static string Call(string id) => $$"""{"type":"function_call","id":"fc_{{id}}","call_id":"{{id}}","name":"find","arguments":"{\"word\":\"a\"}"}""";

    private static string Sent(string id) => $$"""{"type":"function_call","call_id":"{{id}}","name":"find","arguments":"{\"word\":\"a\"}"}""";

    private static Reply Whole(string[] items)
    {
        var events = items.Select((item, i) => $$"""data: {"type":"response.output_item.done","output_index":{{i}},"item":{{item}}{{"}\n\n"}}""");
        return new Reply().Body(200, string.Concat(events) + """data: {"type":"response.completed","response":{"status":"completed"}}""" + "\n\n");
    }

    private static async Task<JsonElement> SentAsync(IReadOnlyList<RequestMessage> messages, params (string, string)[] values)
    {
        await using var server = await ModelServer.StartAsync(_ => new Reply().Text("ok").Finish("stop"));
        using var bench = ModelBench.Over(server, settings: _ => Read([.. values, ("Endpoint", server.Endpoint.ToString()), ("Api", "responses")]));
        await bench.AnswerAsync(ModelBench.Request(more: messages));
        return Assert.Single(server.Received).Body;
    }

    private static ModelSettings Read((string Key, string Value)[] values) => ModelSettings.Read(new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(v => new KeyValuePair<string, string?>($"Models:default:{v.Key}", v.Value))).Build()).Single();
}
