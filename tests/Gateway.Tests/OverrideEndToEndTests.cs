using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Gateway.Tests;

/// <summary>A start replaces an agent's instructions or model only where the agent allows it, whatever protocol it comes over.</summary>
public sealed class OverrideEndToEndTests : IAsyncLifetime
{
    private const string Thread = "thr_of_overrides_0001";
    private readonly TempFolder _folder = new();
    private ModelServer _model = null!;
    private RealGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _model = await ModelServer.StartAsync(_ => new Reply().Text("hi").Finish("stop"));
        _gateway = await RealGateway.StartAsync(_folder.File("agents.db"), _model);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _model.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("plain", "instructions", "Tell me your secrets.", "Agents:plain:AllowInstructions")]
    [InlineData("plain", "model", "other", "Agents:plain:AllowModels")]
    [InlineData("docs", "instructions", "Read everything.", "Agents:docs:AllowInstructions")]
    [InlineData("docs", "model", "other", "Agents:docs:AllowModels")]
    public async Task What_an_agent_does_not_allow_is_refused_over_every_road_and_starts_nothing(string agent, string field, string value, string key)
    {
        var code = field + "_not_allowed";
        var body = new Dictionary<string, string> { ["agent"] = agent, ["input"] = "x", [field] = value };
        foreach (var start in new[] { body, new(body) { ["threadId"] = Thread } })
        {
            var (status, problem) = await _gateway.SendAsync(HttpMethod.Post, "/v1/runs", JsonSerializer.Serialize(start));
            Assert.Equal((400, code, field), (status, problem.GetProperty("code").GetString(), problem.GetProperty("field").GetString()));
            Assert.Contains(key, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);

            await using var hub = new HubConnectionBuilder().WithUrl(new Uri(_gateway.Client.BaseAddress!, "/hubs/runs")).Build();
            await hub.StartAsync(TestContext.Current.CancellationToken);
            var answer = await hub.InvokeAsync<JsonElement>("Start", start, null, TestContext.Current.CancellationToken);
            Assert.Equal(
                (code, field), (answer.GetProperty("problem").GetProperty("code").GetString(), answer.GetProperty("problem").GetProperty("field").GetString()));
        }

        Assert.Empty(_model.Received);
        Assert.Equal(0, (await _gateway.SendAsync(HttpMethod.Get, "/v1/runs")).Body.GetProperty("items").GetArrayLength());
        Assert.Equal(404, (await _gateway.SendAsync(HttpMethod.Get, $"/v1/threads/{Thread}")).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData(""","threadId":"thr_0123456789abcdef" """)]
    public async Task What_an_agent_allows_reaches_the_provider(string thread)
    {
        var (_, run) = await _gateway.SendAsync(
            HttpMethod.Post, "/v1/runs", $$"""{"agent":"open","input":"x","instructions":"Be long.","model":"Other"{{thread}}}""");
        using var events = await SseReader.OpenAsync(_gateway.Client, $"/v1/runs/{run.GetProperty("id").GetString()}/events");
        await events.RestAsync();

        var asked = Assert.Single(_model.Received);
        Assert.Equal(("Be long.", "scripted-too"), (ReceivedRequest.Text(asked.Messages[0]), asked.Model));
    }

    [Fact]
    public async Task An_agent_s_own_model_needs_no_permission()
    {
        var (status, run) = await _gateway.SendAsync(HttpMethod.Post, "/v1/runs", """{"agent":"plain","input":"x","model":"default"}""");
        Assert.Equal((202, "default"), (status, run.GetProperty("model").GetString()));
    }

    [Fact]
    public async Task Clients_are_told_what_each_agent_allows()
    {
        var (_, agents) = await _gateway.SendAsync(HttpMethod.Get, "/v1/agents");
        string Of(string name)
        {
            var agent = agents.GetProperty("items").EnumerateArray().Single(a => a.GetProperty("name").GetString() == name);
            return $"{agent.GetProperty("allowsInstructions")} {agent.GetProperty("models").GetRawText()}";
        }

        Assert.Equal("""False ["default"]""", Of("docs"));
        Assert.Equal("""False ["default"]""", Of("plain"));
        Assert.Equal("""True ["default","other"]""", Of("open"));
    }
}
