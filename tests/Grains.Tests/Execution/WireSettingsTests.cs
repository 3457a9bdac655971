using System.Text.Json;
using Microsoft.Extensions.Configuration;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Agents.Settings;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;
using OrleansAgents.Testing;

namespace OrleansAgents.Grains.Tests.Execution;

/// <summary>What a request holds, as it is configured and as a known server needs it.</summary>
public sealed class WireSettingsTests
{
    [Theory]
    [InlineData("https://api.openai.com/v1", "max_completion_tokens", true, "JsonSchema")]
    [InlineData("https://api.groq.com/openai/v1", "max_completion_tokens", true, "JsonSchema")]
    [InlineData("https://api.deepseek.com/v1", "max_tokens", true, "JsonObject")]
    [InlineData("https://api.mistral.ai/v1", "max_tokens", false, "JsonSchema")]
    [InlineData("https://team.openai.azure.com/openai/v1", "max_completion_tokens", true, "JsonSchema")]
    [InlineData("https://team.openai.azure.com", "max_tokens", true, "JsonSchema")]
    [InlineData("http://127.0.0.1:11434/v1", "max_tokens", true, "JsonSchema")]
    public void A_known_server_gets_what_it_takes(string endpoint, string limit, bool streamOptions, string structured)
    {
        var wire = Read(("Endpoint", endpoint), ("Model", "m"), ("ApiKey", "k")).Wire;
        Assert.Equal((limit, streamOptions, structured), (wire.OutputLimit, wire.StreamOptions, wire.Structured.ToString()));
    }

    [Fact]
    public async Task What_is_configured_is_what_is_sent()
    {
        var body = await SentAsync(
            s => s,
            ("OutputLimit", "none"), ("StreamOptions", "false"), ("ParallelCalls", "false"), ("Temperature", "0.5"), ("TopP", "0.9"),
            ("ReasoningEffort", "low"), ("Body", """{"top_k":20,"chat_template_kwargs":{"thinking":false}}"""));
        Assert.Equal(
            ["chat_template_kwargs", "messages", "model", "parallel_tool_calls", "reasoning_effort", "stream", "temperature", "tools", "top_k", "top_p"],
            body.EnumerateObject().Select(m => m.Name).Order(StringComparer.Ordinal));
        Assert.Equal((0.5, 20), (body.GetProperty("temperature").GetDouble(), body.GetProperty("top_k").GetInt32()));
    }

    [Fact]
    public async Task Messages_of_one_role_are_sent_as_one_where_roles_must_alternate()
    {
        var body = await SentAsync(_ => ModelBench.Request("one", new UserMessage("two"), new AssistantMessage([new TextPart("three")], []), new UserMessage("four")), ("AlternatesRoles", "true"));
        Assert.Equal(
            ["system: Be brief.", "user: one\n\ntwo", "assistant: three", "user: four"],
            body.GetProperty("messages").EnumerateArray().Select(m => $"{m.GetProperty("role").GetString()}: {ReceivedRequest.Text(m)}"));
    }

    [Theory]
    [InlineData("any", "toolu_01_and_a_name_that_is_longer_than_forty_letters")]
    [InlineData("short", "call_")]
    [InlineData("nine", "")]
    public async Task Ids_are_those_that_the_server_takes_and_a_user_does_not_follow_a_tool(string form, string beginning)
    {
        const string Long = "toolu_01_and_a_name_that_is_longer_than_forty_letters";
        RequestMessage[] messages =
        [
            new AssistantMessage([], [new("call_1_1", Long, "find", ModelBench.Schema("{}"), null), new("call_1_2", "abcdef123", "find", ModelBench.Schema("{}"), null)]),
            new ToolMessage("call_1_1", Long, "one", false), new ToolMessage("call_1_2", "abcdef123", "two", false), new UserMessage("And now?"),
        ];
        var body = await SentAsync(_ => ModelBench.Request("find", messages), ("CallIds", form), ("AlternatesRoles", "true"));
        var sent = body.GetProperty("messages").EnumerateArray().ToList();
        Assert.Equal(["system", "user", "assistant", "tool", "tool", "assistant", "user"], sent.Select(m => m.GetProperty("role").GetString()));
        var ids = sent[2].GetProperty("tool_calls").EnumerateArray().Select(c => c.GetProperty("id").GetString()!).ToList();
        Assert.Equal(ids, sent[3..5].Select(m => m.GetProperty("tool_call_id").GetString()));
        Assert.Equal("abcdef123", ids[1]);
        Assert.StartsWith(beginning, ids[0], StringComparison.Ordinal);
        Assert.Equal(form switch { "any" => Long.Length, "short" => 37, _ => 9 }, ids[0].Length);
        Assert.True(form == "any" || ids[0] != Long);
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}""", true)]
    [InlineData("""{"type":"object","properties":{},"additionalProperties":false}""", true)]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":[],"additionalProperties":false}""", false)]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}""", false)]
    [InlineData("""{"type":"object","properties":{"default":{"type":"object"}},"required":["default"],"additionalProperties":false}""", false)]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","items":{"type":"object"}}},"required":["a"],"additionalProperties":false}""", false)]
    [InlineData("""{"type":"object","properties":{"a":{"anyOf":[{"type":"null"},{"$ref":"#/$defs/b"}]}},"required":["a"],"additionalProperties":false,"$defs":{"b":{"type":"object"}}}""", false)]
    [InlineData("""{"type":"object","properties":{"a":{"type":["object","null"]}},"required":["a"],"additionalProperties":false}""", false)]
    [InlineData("""{"type":"object","properties":{"a":{"description":"Anything."}},"required":["a"],"additionalProperties":false}""", false)]
    [InlineData("""{"type":"object","properties":{"a":{"oneOf":[{"type":"null"}]}},"required":["a"],"additionalProperties":false}""", false)]
    public async Task A_schema_is_strict_where_it_can_be_and_that_is_asked_for(string schema, bool fits)
    {
        ModelRequest Asking(ModelRequest r) => r with
        {
            Definition = r.Definition with { Output = ModelBench.Schema(schema), Tools = [r.Definition.Tools[0] with { Parameters = ModelBench.Schema(schema) }] },
        };
        foreach (var asked in new[] { true, false })
        {
            var body = await SentAsync(Asking, ("Strict", asked ? "true" : "false"));
            Assert.Equal(asked && fits, body.GetProperty("tools")[0].GetProperty("function").TryGetProperty("strict", out _));
            Assert.Equal(asked && fits, body.GetProperty("response_format").GetProperty("json_schema").TryGetProperty("strict", out _));
        }
    }

    [Theory]
    [InlineData("json_object", true)]
    [InlineData("instructions", false)]
    public async Task A_form_is_asked_for_in_words_where_the_server_takes_no_schema(string structured, bool isObject)
    {
        var schema = ModelBench.Schema("""{"type":"object","properties":{"a":{"type":"string"}}}""");
        var body = await SentAsync(r => r with { Definition = r.Definition with { Output = schema } }, ("Structured", structured));
        Assert.Equal(isObject, body.TryGetProperty("response_format", out var format));
        Assert.Equal(isObject ? "json_object" : null, isObject ? format.GetProperty("type").GetString() : null);
        Assert.EndsWith(schema.GetRawText(), ReceivedRequest.Text(body.GetProperty("messages")[0]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Structured", "xml", "Models:default:Structured is 'xml'; use json_schema, json_object or instructions.")]
    [InlineData("Temperature", "hot", "Models:default:Temperature is 'hot'; use a number from 0 to 2, with a point, such as 0.5.")]
    [InlineData("Body", "[1]", "Models:default:Body is no JSON object; give one, such as {\"top_k\": 20}.")]
    [InlineData("Body", "{", "Models:default:Body is no JSON object; give one, such as {\"top_k\": 20}.")]
    [InlineData("Body", """{"stream":false}""", "Models:default:Body has 'stream', which the service writes itself.")]
    [InlineData("Body", """{"input":[]}""", "Models:default:Body has 'input', which the service writes itself.")]
    [InlineData("Api", "completions", "Models:default:Api is 'completions'; use chat or responses.")]
    [InlineData("CallIds", "ten", "Models:default:CallIds is 'ten'; use any, short or nine.")]
    [InlineData("ApiVersion", "preview", "Models:default:ApiVersion is for azure-openai alone; set Models:default:Provider, or leave it out.")]
    [InlineData("Headers:X-Title", "Über", "Models:default:Headers:X-Title is no header that a request can have.")]
    [InlineData("Temperature", "-Infinity", "Models:default:Temperature is '-Infinity'; use a number from 0 to 2, with a point, such as 0.5.")]
    [InlineData("Headers:X Team", "blue", "Models:default:Headers:X Team is no header that a request can have.")]
    [InlineData("Headers:Content-Type", "text/plain", "Models:default:Headers:Content-Type is no header that a request can have.")]
    [InlineData("StreamOptions", "perhaps", "Models:default:StreamOptions is 'perhaps'; give true or false.")]
    public void A_wrong_value_is_named(string key, string value, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<InvalidSettingException>(() => Read(("Endpoint", "http://127.0.0.1/v1"), ("Model", "m"), (key, value))).Message);

    [Fact]
    public void Reasoning_is_set_in_one_place() => Assert.Equal(
        "Models:default:Body has 'reasoning' beside ReasoningEffort or ReasoningSummary; use one of them.",
        Assert.Throws<InvalidSettingException>(() => Read(("Endpoint", "http://127.0.0.1/v1"), ("Model", "m"), ("ReasoningEffort", "low"), ("Body", """{"reasoning":{}}"""))).Message);

    [Fact]
    public async Task Headers_are_sent()
    {
        await using var server = await ModelServer.StartAsync(_ => new Reply().Text("ok").Finish("stop"));
        using var bench = ModelBench.Over(server, settings: s => s with { Wire = s.Wire with { Headers = new Dictionary<string, string> { ["X-Team"] = "blue" } } });
        await bench.AnswerAsync();
        Assert.Equal("blue", server.Received[0].Headers["X-Team"]);
    }

    private static async Task<JsonElement> SentAsync(Func<ModelRequest, ModelRequest> request, params (string Key, string Value)[] values)
    {
        await using var server = await ModelServer.StartAsync(_ => new Reply().Text("{}").Finish("stop"));
        using var bench = ModelBench.Over(server, settings: s => s with { Wire = Read([.. values, ("Endpoint", server.Endpoint.ToString()), ("Model", "m")]).Wire });
        await bench.AnswerAsync(request(ModelBench.Request()));
        return server.Received[0].Body;
    }

    private static ModelSettings Read(params (string Key, string Value)[] values) => ModelSettings.Read(new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(v => new KeyValuePair<string, string?>($"Models:default:{v.Key}", v.Value))).Build()).Single();
}
