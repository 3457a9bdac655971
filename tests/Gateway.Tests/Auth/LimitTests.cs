using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Auth;

/// <summary>One step over each limit is refused in words, and costs nobody else anything.</summary>
[Collection(AloneCollection.Name)]
public sealed class LimitTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Who_asks_too_often_is_told_to_wait_and_others_go_on()
    {
        await using var gateway = await GuardedGateway.StartAsync(null, ("Limits:RequestsPerSecond", "1"));
        var (alice, bob) = (gateway.Give("alice"), gateway.Give("bob"));
        Assert.Equal("too_many_requests", await UntilRefusedAsync(gateway, alice));
        await using var hub = await gateway.ConnectAsync(bob);
        Assert.Equal(200, (await gateway.SendAsync(bob, HttpMethod.Get, "/v1/me")).Status);

        // Commands over a connection count with the rest.
        string? code = null;
        for (var i = 0; code != "too_many_requests" && i < 200; i++)
        {
            var answer = await hub.InvokeAsync<JsonElement>("Pause", Calls.UnknownRun, null, null);
            code = answer.GetProperty("problem").GetProperty("code").GetString();
        }

        Assert.Equal("too_many_requests", code);
    }

    [Fact]
    public async Task Who_holds_too_many_streams_open_gets_no_more_until_one_is_closed_and_others_go_on()
    {
        await using var gateway = await GuardedGateway.StartAsync(null, ("Limits:OpenPerUser", "3"));
        var (alice, bob) = (gateway.Give("alice"), gateway.Give("bob"));
        var path = $"/v1/runs/{await gateway.StartRunAsync(alice)}/events";
        var streams = new List<SseReader>();
        for (var i = 0; i < 3; i++)
        {
            streams.Add(await gateway.WatchAsync(alice, path));
        }

        var (status, body, _) = await gateway.SendAsync(alice, HttpMethod.Get, "/v1/me");
        Assert.Equal((429, "too_many_open"), (status, JsonDocument.Parse(body).RootElement.GetProperty("code").GetString()));
        Assert.Contains("Limits:OpenPerUser", body);
        Assert.Equal(200, (await gateway.SendAsync(bob, HttpMethod.Get, "/v1/me")).Status);

        streams[0].Dispose();
        using var patience = new CancellationTokenSource(Patience);
        while ((await gateway.SendAsync(alice, HttpMethod.Get, "/v1/me")).Status != 200)
        {
            Assert.False(patience.IsCancellationRequested, "There was no room again after a stream was closed.");
        }

        streams.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task Watches_over_one_connection_count_like_streams()
    {
        await using var gateway = await GuardedGateway.StartAsync(null, ("Limits:OpenPerUser", "3"));
        var alice = gateway.Give("alice");
        var run = await gateway.StartRunAsync(alice);
        await using var hub = await gateway.ConnectAsync(alice);
        var watches = new List<IAsyncEnumerator<JsonElement>>();
        for (var i = 0; i < 3; i++)
        {
            watches.Add(hub.StreamAsync<JsonElement>("Watch", run, null).GetAsyncEnumerator());
            Assert.True(await watches[i].MoveNextAsync().AsTask().WaitAsync(Patience));
        }

        // The connection itself is the first of the three.
        Assert.False(watches[1].Current.TryGetProperty("problem", out _));
        Assert.Equal("too_many_open", watches[2].Current.GetProperty("problem").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_connection_over_the_limit_is_closed_and_the_others_stay()
    {
        await using var gateway = await GuardedGateway.StartAsync(null, ("Limits:Connections", "2"));
        using var first = await RawAsync(gateway, "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
        using var second = await RawAsync(gateway, "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await first.LineAsync());
        Assert.StartsWith("HTTP/1.1 200", await second.LineAsync());
        using var third = await RawAsync(gateway, "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Null(await third.LineAsync());
    }

    [Fact]
    public async Task Headers_that_are_too_long_and_hub_messages_that_are_too_large_are_not_read()
    {
        await using var gateway = await GuardedGateway.StartAsync();
        using var raw = await RawAsync(gateway, $"GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Long: {new string('x', 33 * 1024)}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 431", await raw.LineAsync());

        await using var hub = await gateway.ConnectAsync(gateway.Give("alice"));
        var closed = new TaskCompletionSource<Exception?>();
        hub.Closed += e =>
        {
            closed.TrySetResult(e);
            return Task.CompletedTask;
        };
        await Assert.ThrowsAnyAsync<Exception>(() => hub.InvokeAsync<JsonElement>("Send", Calls.UnknownRun, new { input = new string('x', 8 * 1024 * 1024) }, null));
        Assert.NotNull(await closed.Task.WaitAsync(Patience));
    }

    /// <summary>Each announces the largest body that there is and sends none of it.</summary>
    [Fact]
    public async Task A_thousand_hostile_clients_of_one_user_take_little_memory_and_leave_the_others_alone()
    {
        const int clients = 1000;
        await using var gateway = await GuardedGateway.StartAsync(null, ("Limits:OpenPerUser", "100"));
        var (mallory, alice) = (gateway.Give("mallory"), gateway.Give("alice"));
        var request = $"POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {mallory}\r\nContent-Type: application/json\r\nContent-Length: {8 * 1024 * 1024}\r\n\r\n";
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var held = new List<RawClient>();
        for (var i = 0; i < clients; i++)
        {
            held.Add(await RawAsync(gateway, request));
        }

        // What is not refused waits for its body, until the server has no patience left.
        var answers = await Task.WhenAll(held.Select(c => c.LineAsync()));
        Assert.Contains(answers, line => line?.StartsWith("HTTP/1.1 429", StringComparison.Ordinal) == true);
        Assert.DoesNotContain(answers, line => line?.StartsWith("HTTP/1.1 2", StringComparison.Ordinal) == true);
        var taken = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.True(taken < 400L * 1024 * 1024, $"{taken / 1024 / 1024} MiB were allocated for {clients} clients that sent nothing.");
        Assert.Equal(200, (await gateway.SendAsync(alice, HttpMethod.Get, "/v1/me")).Status);
        held.ForEach(c => c.Dispose());
    }

    [Theory]
    [InlineData("Limits:Connections", "0"), InlineData("Limits:OpenPerUser", "many"), InlineData("Limits:RequestsPerSecond", "1.5"), InlineData("Limits:Requests", "1"),
        InlineData("Limits:BodyBytesPerUser", "8388607"), InlineData("Limits:BodyBytesPerUser", "2147483648")]
    public async Task A_wrong_limit_stops_the_start_and_is_named(string key, string value)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await using var app = Doubles.ScriptedGateway.Build(new(), null, ("urls", "http://127.0.0.1:0"), (key, value));
            await app.StartAsync(TestContext.Current.CancellationToken);
        });
        Assert.StartsWith(key, refused.Message);
    }

    private static async Task<string?> UntilRefusedAsync(GuardedGateway gateway, string key)
    {
        for (var i = 0; i < 200; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/me");
            request.Headers.Authorization = new("Bearer", key);
            using var response = await gateway.Client.SendAsync(request);
            if ((int)response.StatusCode == 429)
            {
                Assert.NotNull(response.Headers.RetryAfter);
                return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString();
            }
        }

        return null;
    }

    private static async Task<RawClient> RawAsync(GuardedGateway gateway, string request)
    {
        var client = new TcpClient();
        await client.ConnectAsync(gateway.Client.BaseAddress!.Host, gateway.Client.BaseAddress.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        return new(client);
    }

    private sealed class RawClient(TcpClient client) : IDisposable
    {
        private readonly StreamReader _reader = new(client.GetStream());

        /// <summary>The first line of the answer; null when there is none.</summary>
        public async Task<string?> LineAsync()
        {
            try
            {
                return await _reader.ReadLineAsync().WaitAsync(Patience);
            }
            catch (IOException)
            {
                return null;
            }
        }

        public void Dispose() => client.Dispose();
    }
}
