using System.Text.Json;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Auth;

/// <summary>What belongs to somebody else is, to everybody but them, not there.</summary>
public sealed class ForeignTests
{
    private const string Thread = "thr_the_thread_of_alice";

    [Theory, InlineData("at work"), InlineData("deleted")]
    public async Task Over_http_a_foreign_id_is_answered_like_an_unknown_one_byte_for_byte_and_nothing_happens_to_it(string state)
    {
        await using var gateway = await GuardedGateway.StartAsync();
        var (alice, run) = await WithSomethingOfAliceAsync(gateway, state);
        var before = await SeenByAsync(gateway, alice, run);
        foreach (var stranger in new[] { gateway.Give("bob"), gateway.Give("alice", tenant: "another"), Token.Of("bob"), Token.Of("alice", tenant: "another") })
        {
            foreach (var (endpoint, method) in Calls.Of(gateway).Where(c => c.Endpoint.RoutePattern.RawText!.Contains("{id}", StringComparison.Ordinal)))
            {
                foreach (var accept in new[] { "application/json", "text/event-stream" })
                {
                    var body = Calls.BodyOf(endpoint, method);
                    var foreign = await gateway.SendAsync(stranger, method, Calls.PathOf(endpoint, run, Thread), body, accept);
                    Assert.Equal((404, $"{Calls.NameOf(endpoint)}: {foreign.Body}"), (foreign.Status, $"{Calls.NameOf(endpoint)}: {foreign.Body}"));

                    // A message under a new id makes the thread: there the two cannot be the same.
                    if (Calls.NameOf(endpoint) != "PostMessage")
                    {
                        Assert.Equal(await gateway.SendAsync(stranger, method, Calls.PathOf(endpoint), body, accept), foreign);
                    }
                }
            }

            foreach (var list in new[] { "/v1/runs", "/v1/threads" })
            {
                var (_, listed, _) = await gateway.SendAsync(stranger, HttpMethod.Get, list);
                Assert.False(listed.Contains(run, StringComparison.Ordinal) || listed.Contains(Thread, StringComparison.Ordinal));
            }
        }

        Assert.Equal(before, await SeenByAsync(gateway, alice, run));
    }

    [Theory, InlineData("at work"), InlineData("deleted")]
    public async Task Over_the_hub_a_foreign_id_is_answered_like_an_unknown_one_and_nothing_happens_to_it(string state)
    {
        await using var gateway = await GuardedGateway.StartAsync();
        var (alice, run) = await WithSomethingOfAliceAsync(gateway, state);
        var before = await SeenByAsync(gateway, alice, run);
        foreach (var stranger in new[] { gateway.Give("bob"), gateway.Give("alice", tenant: "another") })
        {
            await using var hub = await gateway.ConnectAsync(stranger);
            foreach (var method in Calls.OfHub.Where(m => m.Name is not ("Start" or "WatchRuns")))
            {
                var foreign = await hub.CallAsync(method, Calls.ArgumentsOf(method, run, Thread));
                Assert.EndsWith("_not_found", foreign.GetProperty("problem").GetProperty("code").GetString());
                if (method.Name != "Post")
                {
                    Assert.Equal((await hub.CallAsync(method, Calls.ArgumentsOf(method))).GetRawText(), foreign.GetRawText());
                }
            }

            var list = await hub.CallAsync(Calls.OfHub.Single(m => m.Name == "WatchRuns"), [null]);
            Assert.Equal(0, list.GetProperty("items").GetArrayLength());
        }

        Assert.Equal(before, await SeenByAsync(gateway, alice, run));
    }

    /// <summary>A run at work in a thread, so that whatever a stranger does to it would have an effect.</summary>
    private static async Task<(string Alice, string Run)> WithSomethingOfAliceAsync(GuardedGateway gateway, string state)
    {
        var alice = gateway.Give("alice");
        var (status, body, _) = await gateway.SendAsync(
            alice, HttpMethod.Post, $"/v1/threads/{Thread}/messages", """{"input":"Ready?","agent":"plain"}""");
        Assert.Equal(202, status);
        var run = JsonDocument.Parse(body).RootElement.GetProperty("runId").GetString()!;
        using var watching = await gateway.WatchAsync(alice, $"/v1/runs/{run}/events");
        while (await watching.NextAsync() is { Name: not "model.delta" })
        {
            // Until the model is at it, and then it waits.
        }

        if (state == "deleted")
        {
            Assert.Equal(200, (await gateway.SendAsync(alice, HttpMethod.Post, $"/v1/runs/{run}/cancel", "{}")).Status);
            using var thread = await gateway.WatchAsync(alice, $"/v1/threads/{Thread}/events");
            while (await thread.NextAsync() is { Name: not "turn.ended" })
            {
                // A thread at work is not deleted.
            }

            Assert.Equal(204, (await gateway.SendAsync(alice, HttpMethod.Delete, $"/v1/threads/{Thread}")).Status);
            Assert.Equal((410, 410), ((await gateway.SendAsync(alice, HttpMethod.Get, $"/v1/runs/{run}")).Status,
                (await gateway.SendAsync(alice, HttpMethod.Get, $"/v1/threads/{Thread}")).Status));
        }

        return (alice, run);
    }

    private static async Task<string> SeenByAsync(GuardedGateway gateway, string key, string run)
    {
        var (status, events, _) = await gateway.SendAsync(key, HttpMethod.Get, $"/v1/runs/{run}/events?limit=500");
        Assert.NotEqual(404, status);
        return events + (await gateway.SendAsync(key, HttpMethod.Get, $"/v1/threads/{Thread}/events?limit=500")).Body;
    }
}
