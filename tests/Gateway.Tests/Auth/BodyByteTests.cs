using System.Globalization;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Gateway.Limits;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Auth;

/// <summary>What a user's requests hold in memory has a bound, over all of them and as it comes in.</summary>
public sealed class BodyByteTests : IAsyncLifetime
{
    private const int Most = RequestBody.MaxBytes;

    /// <summary>More than is left beside <see cref="Large"/>.</summary>
    private const int Part = Most - Input;

    /// <summary>So small that the room for it, which doubles as it comes, stays well below the limit.</summary>
    private const int Input = 3 * 1024 * 1024;

    /// <summary>Read to its end, it is refused for its input.</summary>
    private static readonly string Large = JsonSerializer.Serialize(new { input = new string('x', Input) });
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private GuardedGateway _gateway = null!;
    private string _alice = "";
    private string _bob = "";

    public async ValueTask InitializeAsync()
    {
        _gateway = await GuardedGateway.StartAsync(
            null, ("Limits:BodyBytesPerUser", Most.ToString(CultureInfo.InvariantCulture)), ("Limits:RequestsPerSecond", "1000000"));
        (_alice, _bob) = (_gateway.Give("alice"), _gateway.Give("bob"));
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_holds_too_many_bytes_of_bodies_gets_no_more_until_one_is_done_and_others_go_on(bool announced)
    {
        using (var held = await PostAsync(announced))
        {
            await SendPartAsync(held, announced);
            await UntilHeldAsync(Part);
            var (status, problem) = await CommandAsync(_alice, Large);
            Assert.Equal((429, "too_many_bytes", "body"), (status, problem.GetProperty("code").GetString(), problem.GetProperty("field").GetString()));
            Assert.Contains("Limits:BodyBytesPerUser", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.Equal(413, (await CommandAsync(_bob, Large)).Status);
        }

        await UntilHeldAsync(0);
        Assert.Equal(413, (await CommandAsync(_alice, Large)).Status);
    }

    [Fact]
    public async Task What_was_only_announced_does_not_count()
    {
        var held = new List<Socket>();
        for (var i = 0; i < 20; i++)
        {
            held.Add(await PostAsync(announced: true));
        }

        Assert.Equal(413, (await CommandAsync(_alice, Large)).Status);
        held.ForEach(h => h.Dispose());
    }

    [Fact]
    public async Task A_stream_holds_nothing_of_the_request_that_began_it()
    {
        var body = JsonSerializer.Serialize(new { agent = "plain", input = new string('x', 1024 * 1024), stream = true });
        var streams = new List<SseReader>();
        for (var i = 0; i < 10; i++)
        {
            using var client = new HttpClient { BaseAddress = _gateway.Client.BaseAddress };
            client.DefaultRequestHeaders.Authorization = new("Bearer", _alice);
            streams.Add(await SseReader.OpenAsync(client, "/v1/runs", null, new StringContent(body, Encoding.UTF8, "application/json")));
            Assert.Equal(200, (int)streams[i].Response.StatusCode);
        }

        streams.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task Unfinished_messages_over_the_hub_count_with_bodies_and_the_connection_with_too_many_is_closed()
    {
        using var first = await ConnectAsync(_alice);
        await SendPartAsync(first);
        await UntilHeldAsync(Part);
        var (status, problem) = await CommandAsync(_alice, Large);
        Assert.Equal((429, "too_many_bytes"), (status, problem.GetProperty("code").GetString()));
        Assert.Equal(413, (await CommandAsync(_bob, Large)).Status);

        using var second = await ConnectAsync(_alice);
        var sending = SendPartAsync(second);
        Assert.Contains("Limits:BodyBytesPerUser", await UntilClosedAsync(second), StringComparison.Ordinal);

        // Closed in the middle of it, or just after.
        await Task.WhenAny(sending);

        first.Abort();
        await UntilHeldAsync(0);
        Assert.Equal(413, (await CommandAsync(_alice, Large)).Status);
    }

    [Fact]
    public async Task A_message_over_the_hub_that_was_read_to_its_end_counts_no_longer()
    {
        await using var hub = await _gateway.ConnectAsync(_alice);
        var answer = await hub.InvokeAsync<JsonElement>("Send", Calls.UnknownRun, new { input = new string('x', Input) }, null);
        Assert.Equal("input_too_large", answer.GetProperty("problem").GetProperty("code").GetString());
        await UntilHeldAsync(0);
    }

    /// <summary>A start whose body the gateway has begun to read.</summary>
    private async Task<Socket> PostAsync(bool announced)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_gateway.Client.BaseAddress!.Host, _gateway.Client.BaseAddress.Port);
        var length = announced ? $"Content-Length: {Most}" : "Transfer-Encoding: chunked";
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {_alice}\r\nContent-Type: application/json\r\n{length}\r\nExpect: 100-continue\r\n\r\n"));
        var answer = new byte[64];
        var read = await socket.ReceiveAsync(answer).WaitAsync(Patience);
        Assert.StartsWith("HTTP/1.1 100", Encoding.ASCII.GetString(answer, 0, read), StringComparison.Ordinal);
        return socket;
    }

    private static async Task SendPartAsync(Socket socket, bool announced)
    {
        await SendAllAsync(announced ? "" : $"{Part:x}\r\n");
        await SendAllAsync(new string(' ', Part));

        async Task SendAllAsync(string text)
        {
            var bytes = Encoding.ASCII.GetBytes(text);
            for (var at = 0; at < bytes.Length;)
            {
                at += await socket.SendAsync(bytes.AsMemory(at));
            }
        }
    }

    private async Task<ClientWebSocket> ConnectAsync(string key)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {key}");
        await socket.ConnectAsync(new UriBuilder(_gateway.Client.BaseAddress!) { Scheme = "ws", Path = "/hubs/runs" }.Uri, default);
        await socket.SendAsync("{\"protocol\":\"json\",\"version\":1}\u001e"u8.ToArray(), WebSocketMessageType.Text, true, default);
        return socket;
    }

    private static Task SendPartAsync(ClientWebSocket socket) =>
        socket.SendAsync(Encoding.ASCII.GetBytes(new string(' ', Part)), WebSocketMessageType.Text, endOfMessage: false, default);

    /// <summary>All that the server said.</summary>
    private static async Task<string> UntilClosedAsync(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(Patience);
        var (said, buffer) = (new StringBuilder(), new byte[4096]);
        try
        {
            while (await socket.ReceiveAsync(buffer, patience.Token) is { MessageType: not WebSocketMessageType.Close } part)
            {
                said.Append(Encoding.UTF8.GetString(buffer, 0, part.Count));
            }
        }
        catch (WebSocketException)
        {
            // Closed without a handshake, because our message has no end.
        }

        return said.ToString();
    }

    private async Task<(int Status, JsonElement Body)> CommandAsync(string key, string json)
    {
        var (status, body, _) = await _gateway.SendAsync(key, HttpMethod.Post, $"/v1/runs/{Calls.UnknownRun}/messages", json);
        return (status, JsonDocument.Parse(body).RootElement);
    }

    /// <summary>Until the gateway has read so much of alice's, or let go of all.</summary>
    private async Task UntilHeldAsync(long bytes)
    {
        using var patience = new CancellationTokenSource(Patience);
        var limits = _gateway.Services.GetRequiredService<UserLimits>();
        while (limits.BytesHeldOf(new("default", "alice")) is var held && (bytes == 0 ? held > 0 : held < bytes))
        {
            Assert.False(patience.IsCancellationRequested, $"Waited {Patience.TotalSeconds} s for {bytes} bytes to be held; it is {held}.");
            await Task.Yield();
        }
    }
}
