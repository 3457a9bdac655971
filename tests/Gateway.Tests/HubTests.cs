using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using OrleansAgents.Gateway.Tests.Auth;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Gateway.Tests;

/// <summary>The same conversation over SignalR, with the real client, beside one over SSE.</summary>
public sealed class HubTests : IAsyncLifetime
{
    private const string Thread = "thr_hub_conversation_1";
    private readonly TempFolder _folder = new();
    private ModelServer _models = null!;
    private RealGateway _gateway = null!;
    private HubConnection _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync(r => new Reply().Text("re: ", r.LastText, " 👍").Finish("stop"));
        _gateway = await RealGateway.StartAsync(_folder.File("agents.db"), _models);
        _hub = new HubConnectionBuilder().WithUrl(new Uri(_gateway.Client.BaseAddress!, "/hubs/runs")).Build();
        await _hub.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        await _gateway.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_stream_over_the_hub_is_the_one_over_sse_item_for_item_and_goes_on_from_any_cursor()
    {
        var posted = await _hub.InvokeAsync<JsonElement>("Post", Thread, new { input = "hi", agent = "plain" }, "m1");
        Assert.Equal("accepted", posted.GetProperty("receipt").GetProperty("status").GetString());
        Assert.Equal("duplicate", (await _hub.InvokeAsync<JsonElement>("Post", Thread, new { input = "hi", agent = "plain" }, "m1"))
            .GetProperty("receipt").GetProperty("status").GetString());
        var run = posted.GetProperty("runId").GetString()!;

        var thread = await UntilAsync(Stream("WatchThread", Thread, null), "turn.ended");
        using var sse = await SseReader.OpenAsync(_gateway.Client, $"/v1/threads/{Thread}/events");
        foreach (var item in thread.Where(i => TypeOf(i) != "model.delta"))
        {
            Assert.Equal((await NextDurableAsync(sse)).Data, item.GetProperty("event").GetRawText());
        }

        var whole = await UntilAsync(Stream("Watch", run, null), "run.completed");
        foreach (var (seen, i) in whole.Select((e, i) => (e, i)).SkipLast(1))
        {
            var rest = await UntilAsync(Stream("Watch", run, seen.GetProperty("cursor").GetString()), "run.completed");
            Assert.Equal(whole.Skip(i + 1).Where(e => TypeOf(e) != "model.delta").Select(Raw), rest.Where(e => TypeOf(e) != "model.delta").Select(Raw));
        }
    }

    [Fact]
    public async Task What_is_refused_is_an_answer_and_no_exception()
    {
        async Task RefusedAsync(string code, string? field, string method, params object?[] arguments)
        {
            var problem = (await _hub.InvokeCoreAsync<JsonElement>(method, arguments)).GetProperty("problem");
            Assert.Equal((code, field), (problem.GetProperty("code").GetString(), problem.TryGetProperty("field", out var f) ? f.GetString() : null));
        }

        await RefusedAsync("run_not_found", "id", "Pause", "run_nobody", null, null);
        await RefusedAsync("run_not_found", "id", "Resume", "../etc", null);
        await RefusedAsync("input_required", "input", "Post", Thread, new { input = " " }, null);
        await RefusedAsync("invalid_idempotency_key", "commandId", "Post", Thread, new { input = "hi", agent = "plain" }, "a b");
        await RefusedAsync("thread_not_found", "id", "Post", "short", new { input = "hi" }, null);
        await RefusedAsync("invalid_request", "decision", "Resolve", "run_nobody", "call_1", new { }, null);
        foreach (var (method, id, cursor, code) in new[]
        {
            ("Watch", "run_nobody", null, "run_not_found"), ("WatchThread", "thr_nobody_knows_this", null, "thread_not_found"),
            ("Watch", "run_nobody", "x", "invalid_cursor"), ("WatchThread", Thread, "1:x", "invalid_cursor"),
        })
        {
            var items = new List<JsonElement>();
            await foreach (var item in Stream(method, id, cursor))
            {
                items.Add(item);
            }

            Assert.Equal(code, Assert.Single(items).GetProperty("problem").GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task A_command_without_its_body_is_refused_as_over_http()
    {
        using var posted = await _gateway.Client.PostAsync("/v1/runs", new ByteArrayContent([]));
        var expected = JsonDocument.Parse(await posted.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString();
        foreach (var method in Calls.OfHub.Where(m => m.GetParameters().Any(p => p.Name == "body")))
        {
            var arguments = Calls.ArgumentsOf(method);
            arguments[Array.FindIndex(method.GetParameters(), p => p.Name == "body")] = null;
            var problem = (await _hub.CallAsync(method, arguments)).GetProperty("problem");

            var (code, field) = method.Name is "Pause" or "Cancel" ? ("run_not_found", "id") : (expected, "body");
            Assert.Equal((method.Name, code, field), (method.Name, problem.GetProperty("code").GetString(), problem.GetProperty("field").GetString()));
        }
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("null")]
    public async Task A_foreign_page_cannot_connect(string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hubs/runs/negotiate?negotiateVersion=1");
        request.Headers.Add("Origin", origin);
        using var response = await _gateway.Client.SendAsync(request);
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, response.StatusCode);
        using var upgrade = new HttpRequestMessage(HttpMethod.Get, "/hubs/runs");
        upgrade.Headers.Add("Origin", origin);
        using var refused = await _gateway.Client.SendAsync(upgrade);
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public async Task A_run_can_be_steered_paused_resumed_and_cancelled_over_the_hub()
    {
        var gate = new TaskCompletionSource();
        _models.Reply(r => r.Text("first").Wait(gate.Task).Finish("stop"));
        var run = (await _hub.InvokeAsync<JsonElement>("Post", Thread, new { input = "hi", agent = "plain" }, null)).GetProperty("runId").GetString();
        foreach (var answer in new[]
        {
            await _hub.InvokeAsync<JsonElement>("Send", run, new { input = "more" }, "s1"),
            await _hub.InvokeAsync<JsonElement>("Pause", run, null, "p1"),
            await _hub.InvokeAsync<JsonElement>("Resume", run, "r1"),
            await _hub.InvokeAsync<JsonElement>("Cancel", run, new { reason = "enough" }, "c1"),
        })
        {
            Assert.Equal("accepted", answer.GetProperty("receipt").GetProperty("status").GetString());
        }

        Assert.Equal("run.cancelled", TypeOf((await UntilAsync(Stream("Watch", run!, null), "run.cancelled"))[^1]));
    }

    [Fact]
    public async Task Feedback_on_a_run_that_has_ended_is_told_by_the_list_and_read_from_the_runs_end_on()
    {
        var run = (await _hub.InvokeAsync<JsonElement>("Post", Thread, new { input = "hi", agent = "plain" }, null)).GetProperty("runId").GetString()!;
        var end = (await UntilAsync(Stream("Watch", run, null), "run.completed"))[^1].GetProperty("event").GetProperty("seq").GetInt64();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var item in _hub.StreamAsync<JsonElement>("WatchRuns", new { threadId = Thread }, patience.Token))
        {
            var listed = item.GetProperty("items").EnumerateArray().Single(r => r.GetProperty("id").GetString() == run);
            if (listed.GetProperty("head").GetInt64() > end)
            {
                break;
            }

            var answer = await _hub.InvokeAsync<JsonElement>("GiveFeedback", run, new { value = "up" }, null);
            Assert.True(answer.TryGetProperty("receipt", out _), answer.ToString());
        }

        var rest = JsonDocument.Parse(await _gateway.Client.GetStringAsync($"/v1/runs/{run}/events?after={end}")).RootElement.GetProperty("items");
        Assert.Equal("feedback.given", Assert.Single(rest.EnumerateArray().ToList()).GetProperty("type").GetString());
    }

    private IAsyncEnumerable<JsonElement> Stream(string method, string id, string? cursor) => _hub.StreamAsync<JsonElement>(method, id, cursor);

    private static async Task<List<JsonElement>> UntilAsync(IAsyncEnumerable<JsonElement> stream, string type)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var seen = new List<JsonElement>();
        await foreach (var item in stream.WithCancellation(patience.Token))
        {
            Assert.False(item.TryGetProperty("problem", out var problem), problem.ToString());
            seen.Add(item);
            if (TypeOf(item) == type)
            {
                return seen;
            }
        }

        throw new InvalidOperationException($"The stream ended before {type}.");
    }

    private static async Task<SseEvent> NextDurableAsync(SseReader reader)
    {
        while (await reader.NextAsync() is { } e)
        {
            if (e.Name != "model.delta")
            {
                return e;
            }
        }

        throw new InvalidOperationException("The stream ended.");
    }

    private static string TypeOf(JsonElement item) => item.GetProperty("event").GetProperty("type").GetString()!;

    private static string Raw(JsonElement item) => item.GetRawText();
}
