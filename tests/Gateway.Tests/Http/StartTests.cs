using System.Net.Http.Headers;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Gateway.Tests.Streams;
using OrleansAgents.Runs;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Http;

public sealed class StartTests : IAsyncLifetime
{
    private const string Start = """{"agent":"docs","input":"Hello"}""";
    private ScriptedGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await ScriptedGateway.StartAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task A_key_names_its_run_and_its_command()
    {
        var first = await _gateway.SendAsync(HttpMethod.Post, "/v1/runs", Start, ("Idempotency-Key", "k1"));
        var again = await _gateway.SendAsync(HttpMethod.Post, "/v1/runs", Start, ("Idempotency-Key", "k1"));
        var other = await _gateway.SendAsync(HttpMethod.Post, "/v1/runs", Start);
        Assert.Equal(202, first.Status);
        Assert.Equal(first.Body.GetProperty("id").GetString(), again.Body.GetProperty("id").GetString());
        Assert.NotEqual(first.Body.GetProperty("id").GetString(), other.Body.GetProperty("id").GetString());
        var metas = _gateway.Runs.Commands.Select(c => c.Meta).ToList();
        Assert.Equal((metas[0], "k1"), (metas[1], metas[0].CommandId));
        Assert.NotEqual(metas[0].CommandId, metas[2].CommandId);
    }

    [Fact]
    public async Task A_run_that_moves_is_asked_again_with_the_same_command()
    {
        _gateway.Runs.Refusals.Enqueue(new(ProblemCodes.RunMoved, "Moved."));
        _gateway.Runs.Refusals.Enqueue(new(ProblemCodes.RunMoved, "Moved."));
        Assert.Equal(202, (await _gateway.SendAsync(HttpMethod.Post, "/v1/runs", Start)).Status);
        Assert.Equal(3, _gateway.Runs.Commands.Count);
        Assert.Single(_gateway.Runs.Commands.Select(c => c.Meta.CommandId).Distinct());
    }

    [Fact]
    public async Task A_run_that_keeps_moving_is_unavailable_for_now()
    {
        for (var i = 0; i < 10; i++)
        {
            _gateway.Runs.Refusals.Enqueue(new(ProblemCodes.RunMoved, "Moved."));
        }

        using var content = new StringContent(Start, MediaTypeHeaderValue.Parse("application/json"));
        using var response = await _gateway.Client.PostAsync(new Uri("/v1/runs", UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Equal(503, (int)response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_reader_that_does_not_answer_is_asked_again()
    {
        _gateway.Runs.Run(SampleEvents.RunId).Record(SampleEvents.Created);
        _gateway.Runs.Failures.Enqueue(new TimeoutException());
        _gateway.Runs.Failures.Enqueue(new Orleans.Runtime.SiloUnavailableException());
        Assert.Equal(200, (await _gateway.SendAsync(HttpMethod.Get, $"/v1/runs/{SampleEvents.RunId}/events")).Status);
    }

    [Fact]
    public async Task A_start_can_answer_with_the_stream()
    {
        using var content = new StringContent("""{"agent":"docs","input":"Hello","stream":true}""", MediaTypeHeaderValue.Parse("application/json"));
        using var reader = await SseReader.OpenAsync(_gateway.Client, "/v1/runs", null, content);
        Assert.Equal("1 run.created", (await reader.NextAsync())!.Short);
        var id = reader.Response.Headers.Location!.OriginalString.Split('/')[^1];
        _gateway.Runs.Run(id).Record(new RunCompleted("Done.", new()));
        Assert.Equal(["2 run.completed"], (await reader.RestAsync()).Select(e => e.Short));
    }

    [Fact]
    public async Task A_client_that_prefers_to_wait_is_answered_when_the_run_ends()
    {
        var sent = _gateway.SendAsync(HttpMethod.Post, "/v1/runs", Start, ("Prefer", "wait=60"), ("Idempotency-Key", "k"));
        while (_gateway.Runs.Commands.IsEmpty)
        {
            await Task.Yield();
        }

        _gateway.Runs.Run(_gateway.Runs.Commands.Single().RunId).Record(new RunCompleted("Done.", new()));
        var (status, body) = await sent;
        Assert.Equal((200, "completed"), (status, body.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task A_client_that_would_not_wait_long_enough_is_told_where_the_run_stands()
    {
        var (status, body) = await _gateway.SendAsync(HttpMethod.Post, "/v1/runs", Start, ("Prefer", "wait=0"));
        Assert.Equal((202, "running"), (status, body.GetProperty("status").GetString()));
    }

    [Theory, InlineData("pause"), InlineData("resume"), InlineData("cancel")]
    public async Task A_command_needs_no_body(string command)
    {
        _gateway.Runs.Run(SampleEvents.RunId).Record(SampleEvents.Created);
        var (status, body) = await _gateway.SendAsync(HttpMethod.Post, $"/v1/runs/{SampleEvents.RunId}/{command}");
        Assert.Equal((200, "accepted"), (status, body.GetProperty("status").GetString()));
        Assert.Equal(command, _gateway.Runs.Commands.Single().Command);
    }

    [Fact]
    public async Task A_store_that_refuses_writes_makes_it_degraded_and_says_why()
    {
        Assert.Equal("ok", (await _gateway.SendAsync(HttpMethod.Get, "/health/ready")).Body.GetProperty("status").GetString());
        _gateway.Runs.StoreRefusal = "The disk is full.";
        var (status, body) = await _gateway.SendAsync(HttpMethod.Get, "/health/ready");
        Assert.Equal((200, "degraded", "The disk is full."), (status, body.GetProperty("status").GetString(), body.GetProperty("reason").GetString()));
        Assert.Equal(200, (await _gateway.SendAsync(HttpMethod.Get, "/health/live")).Status);
    }
}
