using OrleansAgents.Events;
using OrleansAgents.SiloProgram;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests.Clients;

/// <summary>Faults behind clients that are not ours: one attempt is one request, and a status means what it means on our own wire.</summary>
public sealed class ClientFaultTests
{
    [Theory]
    [InlineData(OwnClients.Ollama, 500, "server_error")]
    [InlineData(OwnClients.Ollama, 429, "rate_limited")]
    [InlineData(OwnClients.Anthropic, 500, "server_error: The provider has a fault of its own (HTTP 500): of the provider.")]
    [InlineData(OwnClients.Anthropic, 529, "server_error: The provider has a fault of its own (HTTP 529): of the provider.")]
    [InlineData(OwnClients.Anthropic, 429, "rate_limited: The provider limits the rate of requests (HTTP 429): of the provider.")]
    [InlineData(OwnClients.Ollama, 0, "stream_error")]
    [InlineData(OwnClients.Anthropic, 0, "rate_limited: The provider limits the rate of requests (HTTP 429): of the provider.")]
    public async Task A_fault_that_passes_is_asked_again_by_the_run_and_by_nobody_else(string kind, int status, string fault)
    {
        await using var server = await WireServer.StartAsync(kind);
        server.Script = turn => turn == 0 ? new ClientReply().Call("book", """{"seats":2}""")
            : server.Received.Count > 2 ? new ClientReply().Say("Booked.")
            : status > 0 ? ClientReply.Refuse(status, "of the provider") : new ClientReply().Say("Boo").Fail("of the provider");
        await using var stand = await ClientStand.StartAsync(("default", () => OwnClients.Create(kind, server.Endpoint)));

        var run = await stand.Silo.StartRunAsync(ClientStand.Agent, "a table");
        var view = await stand.Silo.UntilEndedAsync(run);

        Assert.Equal((RunStatus.Completed, "Booked."), (view.Status, view.Output!.Inline));
        var events = await stand.EventsAsync(run);
        var error = Assert.Single(events.OfType<ModelFailed>()).Error;
        Assert.StartsWith(fault, $"{error.Code}: {error.Message}", StringComparison.Ordinal);
        Assert.Equal(2, events.OfType<ModelCompleted>().Count());
        Assert.Equal(3, server.Received.Count);
        Assert.Equal((0, 1), stand.Called);
    }

    [Theory]
    [InlineData(OwnClients.Ollama, 401, "unauthorized")]
    [InlineData(OwnClients.Ollama, 404, "model_not_found")]
    [InlineData(OwnClients.Anthropic, 429, "insufficient_quota", "enforced_spend_limit_reached")]
    [InlineData(OwnClients.Anthropic, 401, "unauthorized")]
    [InlineData(OwnClients.Anthropic, 402, "insufficient_quota")]
    [InlineData(OwnClients.Anthropic, 403, "forbidden")]
    [InlineData(OwnClients.Anthropic, 404, "model_not_found")]
    public async Task What_only_the_operator_can_mend_holds_the_model_up(string kind, int status, string code, string? cause = null)
    {
        await using var server = await WireServer.StartAsync(kind);
        server.Script = _ => ClientReply.Refuse(status, "of the provider", cause);
        await using var stand = await ClientStand.StartAsync(("default", () => OwnClients.Create(kind, server.Endpoint)));

        var run = await stand.Silo.StartRunAsync(ClientStand.Agent, "a table");
        var failed = await stand.FirstAsync<ModelFailed>(run);

        Assert.Equal((code, WaitReason.Provider), (failed.Error.Code, failed.Reason));
        Assert.Single(server.Received);
    }

    [Theory]
    [InlineData(OwnClients.Ollama)]
    [InlineData(OwnClients.Anthropic)]
    public async Task A_request_that_cannot_be_accepted_ends_the_run_in_the_providers_words(string kind)
    {
        await using var server = await WireServer.StartAsync(kind);
        server.Script = _ => ClientReply.Refuse(400, "this model does not support tools");
        await using var stand = await ClientStand.StartAsync(("default", () => OwnClients.Create(kind, server.Endpoint)));

        var view = await stand.Silo.UntilEndedAsync(await stand.Silo.StartRunAsync(ClientStand.Agent, "a table"));

        Assert.Equal((RunStatus.Failed, "bad_request"), (view.Status, view.Error!.Code));
        Assert.Equal("The provider cannot accept the request (HTTP 400): this model does not support tools.", view.Error.Message);
        Assert.Single(server.Received);
    }

    [Theory]
    [InlineData(OwnClients.OpenAi)]
    [InlineData(OwnClients.AzureOpenAi)]
    public async Task The_official_clients_as_the_program_s_own_ask_once_for_each_attempt_too(string kind)
    {
        await using var server = await ModelServer.StartAsync();
        server.Reply(r => r.Error(500, "of the provider")).Reply(r => r.Error(429, "of the provider")).Reply(r => r.Text("Booked.").Finish("stop"));
        await using var stand = await ClientStand.StartAsync(("default", () => OwnClients.Create(kind, server.Endpoint)));

        var run = await stand.Silo.StartRunAsync(ClientStand.Agent, "a table");

        Assert.Equal("Booked.", (await stand.Silo.UntilEndedAsync(run)).Output!.Inline);
        Assert.Equal(["server_error", "rate_limited"], (await stand.EventsAsync(run)).OfType<ModelFailed>().Select(f => f.Error.Code));
        Assert.Equal(3, server.Received.Count);
    }
}
