using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Gateway.Tests;

/// <summary>The whole way: HTTP, a silo, a journal on disk, a model provider.</summary>
public sealed class EndToEndTests : IDisposable
{
    private const string Answer = "Hi 😀 you";
    private const string Start = """{"agent":"plain","input":"Hello"}""";
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_viewer_cut_after_any_event_gets_exactly_the_rest_live_afterwards_and_after_a_restart()
    {
        var gate = new TaskCompletionSource();
        await using var model = await ModelServer.StartAsync();
        model.Reply(r => r.Text("Hi ", "😀").Wait(gate.Task).Text(" you").Finish("stop").Usage(10, 5));
        var gateway = await RealGateway.StartAsync(_folder.File("agents.db"), model);
        var id = (await gateway.SendAsync(HttpMethod.Post, "/v1/runs", Start)).Body.GetProperty("id").GetString();
        var path = $"/v1/runs/{id}/events";

        List<SseEvent> whole = [];
        using (var first = await SseReader.OpenAsync(gateway.Client, path))
        {
            while (TextOf(whole) != "Hi 😀")
            {
                whole.Add((await first.NextAsync())!);
            }

            // Every cursor given out so far comes back while the answer is still being produced.
            var open = new List<(string Id, SseReader Reader)>();
            foreach (var seen in whole)
            {
                open.Add((seen.Id!, await SseReader.OpenAsync(gateway.Client, path, seen.Id)));
                open.Add((seen.Id!, await SseReader.OpenAsync(gateway.Client, $"{path}?after={seen.Id}")));
            }

            gate.SetResult();
            whole.AddRange(await first.RestAsync());
            Assert.Equal(Answer, TextOf(whole));
            foreach (var (cursor, reader) in open)
            {
                using (reader)
                {
                    Check(whole, cursor, await reader.RestAsync(), wasOpen: true);
                }
            }
        }

        await CheckAllAsync(gateway, path, whole);
        await gateway.DisposeAsync();
        await using var restarted = await RealGateway.StartAsync(_folder.File("agents.db"), model);
        await CheckAllAsync(restarted, path, whole);
        Assert.Single(model.Received);
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused_with_its_code_and_stores_nothing()
    {
        await using var model = await ModelServer.StartAsync();
        model.Reply(r => r.Text(Answer).Finish("stop").Usage(10, 5));
        await using var gateway = await RealGateway.StartAsync(_folder.File("agents.db"), model);
        await RefusedAsync(gateway, "/v1/runs", """{"agent":"nobody","input":"x"}""", null, 404, "agent_not_found", "agent");
        await RefusedAsync(gateway, "/v1/runs", """{"agent":"plain","input":"x","model":"none"}""", null, 404, "model_not_found", "model");
        Assert.Equal(0, (await gateway.SendAsync(HttpMethod.Get, "/v1/runs")).Body.GetProperty("items").GetArrayLength());

        var (_, started) = await gateway.SendAsync(HttpMethod.Post, "/v1/runs", Start, "k");
        var run = "/v1/runs/" + started.GetProperty("id").GetString();
        using (var viewer = await SseReader.OpenAsync(gateway.Client, run + "/events"))
        {
            Assert.Equal("run.completed", (await viewer.RestAsync())[^1].Name);
        }

        var head = (await gateway.SendAsync(HttpMethod.Get, run)).Body.GetProperty("head").GetInt64();
        await RefusedAsync(gateway, "/v1/runs", """{"agent":"plain","input":"other"}""", "k", 409, "idempotency_mismatch", "Idempotency-Key");
        foreach (var command in new[] { "pause", "resume", "cancel", "messages" })
        {
            var body = command == "messages" ? """{"input":"too late"}""" : null;
            var problem = await RefusedAsync(gateway, $"{run}/{command}", body, null, 409, "invalid_state", "id");
            Assert.Equal("completed", problem.GetProperty("runStatus").GetString());
        }

        await RefusedAsync(gateway, "/v1/runs/run_unknown/cancel", null, null, 404, "run_not_found", "id");
        Assert.Equal(head, (await gateway.SendAsync(HttpMethod.Get, run)).Body.GetProperty("head").GetInt64());
        Assert.Equal(1, (await gateway.SendAsync(HttpMethod.Get, "/v1/runs")).Body.GetProperty("items").GetArrayLength());

        var (again, same) = await gateway.SendAsync(HttpMethod.Post, "/v1/runs", Start, "k");
        Assert.Equal((202, started.GetProperty("id").GetString()), (again, same.GetProperty("id").GetString()));
        Assert.Equal(204, (await gateway.SendAsync(HttpMethod.Delete, run)).Status);
        Assert.Equal(410, (await gateway.SendAsync(HttpMethod.Get, run)).Status);
    }

    private static async Task CheckAllAsync(RealGateway gateway, string path, List<SseEvent> whole)
    {
        foreach (var seen in whole.SkipLast(1))
        {
            using var byHeader = await SseReader.OpenAsync(gateway.Client, path, seen.Id);
            Check(whole, seen.Id!, await byHeader.RestAsync(), wasOpen: false);
            using var byQuery = await SseReader.OpenAsync(gateway.Client, $"{path}?after={seen.Id}");
            Check(whole, seen.Id!, await byQuery.RestAsync(), wasOpen: false);
        }

        using var over = await SseReader.OpenAsync(gateway.Client, path, whole[^1].Id);
        Assert.Equal(204, (int)over.Response.StatusCode);
    }

    /// <summary>Durable events exactly as the first viewer got them behind the cursor; text as much as it missed.</summary>
    private static void Check(List<SseEvent> whole, string cursor, List<SseEvent> rest, bool wasOpen)
    {
        var behind = whole[(whole.FindIndex(e => e.Id == cursor) + 1)..];
        Assert.Equal(behind.Where(IsDurable).Select(e => e.Data), rest.Where(IsDurable).Select(e => e.Data));
        Assert.Equal(wasOpen || cursor.Contains('.') ? TextOf(behind) : "", TextOf(rest));
        Assert.Equal(rest.Count, rest.Select(e => e.Id).Distinct().Count());
    }

    private static async Task<System.Text.Json.JsonElement> RefusedAsync(
        RealGateway gateway, string path, string? body, string? key, int status, string code, string field)
    {
        var (answered, problem) = await gateway.SendAsync(HttpMethod.Post, path, body, key);
        Assert.Equal((status, code, field), (answered, problem.GetProperty("code").GetString(), problem.GetProperty("field").GetString()));
        return problem;
    }

    private static bool IsDurable(SseEvent e) => e.Name != "model.delta";

    private static string TextOf(IEnumerable<SseEvent> events) =>
        string.Concat(events.Where(e => !IsDurable(e)).Select(e => e.Json.GetProperty("data").GetProperty("text").GetString()));
}
