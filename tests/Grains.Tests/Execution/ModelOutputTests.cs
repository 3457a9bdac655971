using System.Text.Json;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;
using OrleansAgents.Testing;

namespace OrleansAgents.Grains.Tests.Execution;

/// <summary>Structured output and reasoning over the real wire, with OpenAI's client.</summary>
public sealed class OpenAiOutputTests() : ModelOutputTests(ModelSettings.OpenAi);

/// <summary>The same with Azure's client.</summary>
public sealed class AzureOpenAiOutputTests() : ModelOutputTests(ModelSettings.AzureOpenAi);

/// <summary>The same over the wire of responses.</summary>
public sealed class ResponsesOutputTests() : ModelOutputTests(ModelBench.Responses);

public abstract class ModelOutputTests(string provider)
{
    private static readonly JsonElement City = JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}""");

    [Fact]
    public async Task The_schema_goes_to_the_provider_as_its_response_format()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text("""{"city":""", "\"Bonn\"}").Finish("stop"));
        using var bench = ModelBench.Over(server, provider);

        var answer = await bench.AnswerAsync(Asking());

        Assert.Null(answer.Invalid);
        var body = Assert.Single(server.Received).Body;
        var format = provider == ModelBench.Responses ? body.GetProperty("text").GetProperty("format") : body.GetProperty("response_format");
        var schema = provider == ModelBench.Responses ? format : format.GetProperty("json_schema");
        Assert.Equal(("json_schema", "output"), (format.GetProperty("type").GetString(), schema.GetProperty("name").GetString()));
        Assert.True(JsonElement.DeepEquals(City, schema.GetProperty("schema")));
    }

    [Fact]
    public async Task Without_a_schema_no_format_is_asked_for()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text("Bonn").Finish("stop"));
        using var bench = ModelBench.Over(server, provider);

        Assert.Null((await bench.AnswerAsync()).Invalid);
        Assert.False(server.Received[0].Body.TryGetProperty("response_format", out _) || server.Received[0].Body.TryGetProperty("text", out _));
    }

    [Theory]
    [InlineData("Bonn", "stop", "The answer is not a JSON document, alone and without anything around it.")]
    [InlineData("{}", "stop", "The answer does not fit its schema: 'city' is missing.")]
    [InlineData("""{"city":"Bo""", "length", "The answer met its length limit before it was whole.")]
    public async Task An_answer_that_does_not_fit_says_why(string text, string finish, string why)
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text(text).Finish(finish));
        using var bench = ModelBench.Over(server, provider);

        Assert.Equal(why, (await bench.AnswerAsync(Asking())).Invalid);
    }

    [Fact]
    public async Task A_call_beside_text_is_no_final_answer()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text("I look.").Call("find", """{"word":"a"}""").Finish("tool_calls"));
        using var bench = ModelBench.Over(server, provider);

        Assert.Null((await bench.AnswerAsync(Asking())).Invalid);
    }

    [Fact]
    public async Task An_answer_in_a_form_that_was_stopped_is_given_again_and_a_free_one_is_gone_on_with()
    {
        await using var server = await ModelServer.StartAsync(_ => new Reply().Text("""{"city":"Bonn"}""").Finish("stop"));
        using var bench = ModelBench.Over(server, provider);
        var stopped = new AssistantMessage([new TextPart("""{"city":"Bo""")], []);

        _ = await bench.AnswerAsync(Asking(stopped));
        var free = Asking(stopped);
        _ = await bench.AnswerAsync(free with { Definition = free.Definition with { Output = null } });

        Assert.Equal(
            ["Your answer was stopped here. Begin again from its beginning.", "Your answer was stopped here. Go on from where it ends."],
            server.Received.Select(r => ReceivedRequest.Text(r.Messages[^1])));
    }

    [Fact]
    public async Task The_model_reads_its_answer_and_what_was_wrong_with_it()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text("""{"city":"Bonn"}""").Finish("stop"));
        using var bench = ModelBench.Over(server, provider);

        _ = await bench.AnswerAsync(Asking(new AssistantMessage([new TextPart("Bonn")], [], "The answer is no JSON.")));

        var messages = server.Received[0].Messages;
        Assert.Equal(["system", "user", "assistant", "user"], messages.Select(ReceivedRequest.Role));
        Assert.Equal("The answer is no JSON. Answer again, with nothing but JSON that fits the schema.", ReceivedRequest.Text(messages[^1]));
    }

    /// <summary>Chat completions have no place for it: what the model thought is kept in the journal, and is never said to be its answer.</summary>
    [Fact]
    public async Task Reasoning_is_not_sent_as_if_the_model_had_said_it()
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Text("ok").Finish("stop"));
        using var bench = ModelBench.Over(server, provider);
        var earlier = new AssistantMessage(
            [new ReasoningPart("Hm.", "opaque"), new TextPart("Searching.")], [new("c1", "p1", "find", JsonElement.Parse("""{"word":"a"}"""))]);

        _ = await bench.AnswerAsync(ModelBench.Request("Where?", earlier, new ToolMessage("c1", "p1", "found", false)));

        var sent = server.Received[0].Messages[2];
        Assert.Equal("Searching.", ReceivedRequest.Text(sent));
        Assert.DoesNotContain("Hm.", sent.GetRawText());
    }

    private static ModelRequest Asking(params IReadOnlyList<RequestMessage> more)
    {
        var request = ModelBench.Request("Where?", more);
        return request with { Definition = request.Definition with { Output = City } };
    }
}
