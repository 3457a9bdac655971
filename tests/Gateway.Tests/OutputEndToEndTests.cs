using System.Text.Json;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Gateway.Tests;

/// <summary>What a start asks of the answer and of its cost, the whole way to the provider.</summary>
public sealed class OutputEndToEndTests : IAsyncLifetime
{
    private const string Schema = """{"type":"object","properties":{"size":{"type":"integer"}},"required":["size"]}""";
    private readonly TempFolder _folder = new();
    private ModelServer _model = null!;
    private RealGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _model = await ModelServer.StartAsync(_ => new Reply().Text("""{"size":2}""").Finish("stop"));
        _gateway = await RealGateway.StartAsync(_folder.File("agents.db"), _model);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _model.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData(""","threadId":"thr_0123456789abcdef" """)]
    public async Task The_schema_of_a_start_reaches_the_provider_alone_and_through_a_thread(string thread)
    {
        var (status, run) = await _gateway.SendAsync(
            HttpMethod.Post, "/v1/runs", $$"""{"agent":"plain","input":"How large?","outputSchema":{{Schema}}{{thread}}}""");
        Assert.Equal(202, status);
        using var events = await SseReader.OpenAsync(_gateway.Client, $"/v1/runs/{run.GetProperty("id").GetString()}/events");
        var last = (await events.RestAsync())[^1];

        Assert.Equal("""{"size":2}""", JsonDocument.Parse(last.Data!).RootElement.GetProperty("data").GetProperty("output").GetString());
        var asked = Assert.Single(_model.Received).Body.GetProperty("response_format").GetProperty("json_schema").GetProperty("schema");
        Assert.Equal("integer", asked.GetProperty("properties").GetProperty("size").GetProperty("type").GetString());
    }

    [Theory]
    [InlineData(""" "outputSchema":{"type":"object","pattern":"a"} """, "outputSchema")]
    [InlineData(""" "budget":{"cost":0.5} """, "budget.cost")]
    public async Task What_cannot_be_kept_to_is_refused_and_names_the_field(string member, string field)
    {
        foreach (var thread in new[] { "", ""","threadId":"thr_0123456789abcdef" """ })
        {
            var (status, problem) = await _gateway.SendAsync(HttpMethod.Post, "/v1/runs", $$"""{"agent":"plain","input":"x",{{member}}{{thread}}}""");
            Assert.Equal((400, "invalid_request", field), (status, problem.GetProperty("code").GetString(), problem.GetProperty("field").GetString()));
        }

        Assert.Empty(_model.Received);
    }
}
