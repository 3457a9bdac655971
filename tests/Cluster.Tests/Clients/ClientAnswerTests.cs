using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Events;
using OrleansAgents.SiloProgram;
using Xunit;

namespace OrleansAgents.Cluster.Tests.Clients;

/// <summary>Answers through clients that are not ours, from stand-ins that speak their wires.</summary>
public sealed class ClientAnswerTests
{
    [Theory]
    [InlineData(OwnClients.Ollama)]
    [InlineData(OwnClients.Anthropic)]
    public async Task They_stream_reason_and_call_tools_also_in_parallel(string kind)
    {
        await using var server = await WireServer.StartAsync(kind);
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Script = turn => turn switch
        {
            0 => new ClientReply().Think("I look ", "first.").Say("Let me ", "look.").Call("look", """{"word":"a"}""").Call("look", """{"word":"b"}"""),
            1 => new ClientReply().Think("Now I book.").Call("book", """{"seats":2}"""),
            _ => new ClientReply().Think("Done.").Say("Booked ").Wait(held.Task).Say("for two."),
        };
        await using var stand = await ClientStand.StartAsync(("default", () => OwnClients.Create(kind, server.Endpoint)));

        var run = await stand.Silo.StartRunAsync(ClientStand.Agent, "a table");
        await stand.FirstAsync<ModelCompleted>(run);
        await stand.SaidAsync(run, "Done.Booked ");
        held.SetResult();

        var view = await stand.Silo.UntilEndedAsync(run);
        Assert.Equal((RunStatus.Completed, "Booked for two."), (view.Status, view.Output!.Inline));
        Assert.Equal((2, 1), stand.Called);
        Assert.Equal(3, server.Received.Count);
        var answers = (await stand.EventsAsync(run)).OfType<ModelCompleted>().ToList();
        Assert.Equal(["reasoning I look first.", "text Let me look."], answers[0].Content.Select(Short));
        Assert.Equal(["""look {"word":"a"}""", """look {"word":"b"}"""], answers[0].ToolCalls.Select(c => $"{c.Tool} {c.Arguments.GetRawText()}"));
        Assert.Equal((3 * 40, 3 * 7), (view.Usage.InputTokens, view.Usage.OutputTokens));
    }

    [Theory]
    [InlineData(OwnClients.Ollama, OwnClients.Anthropic)]
    [InlineData(OwnClients.Anthropic, OwnClients.Ollama)]
    [InlineData(OwnClients.Anthropic, OwnClients.Anthropic)]
    public async Task A_provider_gets_its_reasoning_back_and_another_gets_none_of_it(string kind, string otherKind)
    {
        await using var server = await WireServer.StartAsync(kind);
        await using var other = await WireServer.StartAsync(otherKind);
        server.Script = turn => turn % 3 == 0 ? new ClientReply().Think("secret thought").Redacted("hidden-thought").Call("look", """{"word":"a"}""")
            : turn % 3 == 1 ? new ClientReply().Redacted("hidden-only").Call("look", """{"word":"b"}""")
            : new ClientReply().Think("secret end").Say("Found.");
        other.Script = turn => turn == 3 ? new ClientReply().Think("foreign thought").Call("look", """{"word":"c"}""") : new ClientReply().Think("foreign end").Say("Another.");
        await using var stand = await ClientStand.StartAsync(
            ("default", () => OwnClients.Create(kind, server.Endpoint)), ("other", () => OwnClients.Create(otherKind, other.Endpoint)));
        var thread = "thr_" + Guid.NewGuid().ToString("n");

        await CompletedAsync(stand, await stand.PostAsync(thread, "find it"));
        await CompletedAsync(stand, await stand.PostAsync(thread, "and now?", "other"));
        await CompletedAsync(stand, await stand.PostAsync(thread, "and again?", "default"));

        Assert.Equal(2, other.Received.Count);
        Assert.All(other.Received, r => Assert.DoesNotContain("secret", r.GetRawText(), StringComparison.Ordinal));
        Assert.All(other.Received, r => Assert.DoesNotContain("hidden-", r.GetRawText(), StringComparison.Ordinal));
        Assert.DoesNotContain("foreign", server.Received[^1].GetRawText(), StringComparison.Ordinal);
        Assert.Contains("secret thought", server.Received[^1].GetRawText(), StringComparison.Ordinal);
        Assert.Contains("foreign thought", other.Received[^1].GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_model_name_gives_nothing_of_one_provider_to_the_client_of_another()
    {
        await using var ollama = await WireServer.StartAsync(OwnClients.Ollama);
        await using var anthropic = await WireServer.StartAsync(OwnClients.Anthropic);
        ollama.Script = turn => turn == 0 ? new ClientReply().Think("of Ollama").Call("look", """{"word":"a"}""") : new ClientReply().Say("Found.");
        anthropic.Script = _ => new ClientReply().Say("Found too.");
        var kind = OwnClients.Ollama;
        await using var stand = await ClientStand.StartAsync(("default", () => OwnClients.Create(kind, kind == OwnClients.Ollama ? ollama.Endpoint : anthropic.Endpoint)));
        var thread = "thr_" + Guid.NewGuid().ToString("n");
        await CompletedAsync(stand, await stand.PostAsync(thread, "find it"));

        kind = OwnClients.Anthropic;
        await stand.RestartAsync();
        await CompletedAsync(stand, await stand.PostAsync(thread, "and now?"));

        Assert.DoesNotContain("of Ollama", Assert.Single(anthropic.Received).GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OwnClients.Ollama)]
    [InlineData(OwnClients.Anthropic)]
    public async Task A_client_in_the_services_answers_as_default_where_no_model_is_configured(string kind)
    {
        await using var server = await WireServer.StartAsync(kind);
        server.Script = _ => new ClientReply().Say("Here.");
        await using var stand = await ClientStand.StartAsync(services => services.AddSingleton(OwnClients.Create(kind, server.Endpoint)));

        var run = await stand.Silo.StartRunAsync(ClientStand.Agent, "who answers?");

        Assert.Equal("Here.", (await stand.Silo.UntilEndedAsync(run)).Output!.Inline);
        Assert.Equal("scripted", Assert.Single(server.Received).GetProperty("model").GetString());
    }

    private static async Task CompletedAsync(ClientStand stand, string run)
    {
        var view = await stand.Silo.UntilEndedAsync(run);
        Assert.True(view.Status == RunStatus.Completed, view.Error?.Message);
    }

    private static string Short(ContentPart part) => $"{(part is ReasoningPart ? "reasoning" : "text")} {part.Value.Inline}";
}
