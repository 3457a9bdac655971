using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Auth;

/// <summary>What is live ends within a minute of the right to it; the tests hold the clock.</summary>
public sealed class StreamEndTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private GuardedGateway _gateway = null!;
    private string _run = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await GuardedGateway.StartAsync(services => services.AddSingleton<TimeProvider>(_time));
        _run = await _gateway.StartRunAsync(_gateway.Give("alice"));
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    /// <summary>What a caller has, and how the right that comes with it ends.</summary>
    private (string Credential, Action End) Credential(string kind)
    {
        if (kind == "token")
        {
            var token = Token.Of("alice", from: _time.GetUtcNow(), lasts: TimeSpan.FromMinutes(10));
            return (token, () => _time.Advance(TimeSpan.FromMinutes(9.5)));
        }

        var key = _gateway.Give("alice");
        return (key, kind == "key" ? () => _gateway.Take(key) : () => _gateway.Give("bob"));
    }

    [Theory, InlineData("key"), InlineData("token")]
    public async Task Over_sse_the_stream_of_a_run_ends_and_nothing_opens_it_again(string kind)
    {
        var (credential, end) = Credential(kind);
        using var viewer = await _gateway.WatchAsync(credential, $"/v1/runs/{_run}/events");
        Assert.Equal("1 run.created", (await viewer.NextAsync())!.Short);
        end();
        PassAMinute();
        await viewer.RestAsync().WaitAsync(Patience);
        Assert.Equal(401, (await _gateway.SendAsync(credential, HttpMethod.Get, $"/v1/runs/{_run}/events")).Status);
    }

    [Theory, InlineData("key"), InlineData("token")]
    public async Task Over_sse_the_stream_of_a_thread_ends(string kind)
    {
        var (credential, end) = Credential(kind);
        const string thread = "/v1/threads/thr_of_a_stream_that_ends";
        Assert.Equal(202, (await _gateway.SendAsync(credential, HttpMethod.Post, thread + "/messages", """{"input":"Ready?","agent":"plain"}""")).Status);
        using var viewer = await _gateway.WatchAsync(credential, thread + "/events");
        Assert.Equal("thread.created", (await viewer.NextAsync())!.Name);
        end();
        PassAMinute();
        await viewer.RestAsync().WaitAsync(Patience);
    }

    [Theory, InlineData("key"), InlineData("token")]
    public async Task Over_the_hub_a_watch_ends_with_the_reason_and_commands_are_refused(string kind)
    {
        var (credential, end) = Credential(kind);
        await using var hub = await _gateway.ConnectAsync(credential);
        var watches = new[] { hub.StreamAsync<JsonElement>("Watch", _run, null), hub.StreamAsync<JsonElement>("WatchRuns", (object?)null) }
            .Select(w => w.GetAsyncEnumerator()).ToList();
        foreach (var watch in watches)
        {
            Assert.True(await watch.MoveNextAsync());
            Assert.False(watch.Current.TryGetProperty("problem", out _));
        }

        end();
        PassAMinute();
        foreach (var watch in watches)
        {
            // What was on its way still comes; the last item says why there is no more.
            var last = watch.Current;
            while (await watch.MoveNextAsync().AsTask().WaitAsync(Patience))
            {
                last = watch.Current;
            }

            Assert.Equal("unauthenticated", last.GetProperty("problem").GetProperty("code").GetString());
        }

        var refused = await hub.InvokeAsync<JsonElement>("Pause", _run, null, null);
        Assert.Equal("unauthenticated", refused.GetProperty("problem").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_ticket_is_no_good_after_half_a_minute_nor_after_the_key_that_it_was_given_for()
    {
        var (key, end) = Credential("key");
        async Task<int> OpenAsync(string ticket) =>
            (await _gateway.SendAsync(null, HttpMethod.Post, "/hubs/runs/negotiate?negotiateVersion=1&access_token=" + ticket)).Status;
        async Task<string> GiveAsync() => JsonDocument.Parse(
            (await _gateway.SendAsync(key, HttpMethod.Post, "/v1/hub-ticket", "{}")).Body).RootElement.GetProperty("ticket").GetString()!;
        Assert.Equal(200, await OpenAsync(await GiveAsync()));
        var old = await GiveAsync();
        PassAMinute();
        Assert.Equal(401, await OpenAsync(old));
        var fresh = await GiveAsync();
        end();
        Assert.Equal(401, await OpenAsync(fresh));
    }

    [Fact]
    public async Task A_stream_outlives_changes_to_other_keys()
    {
        var (credential, end) = Credential("another key");
        using var viewer = await _gateway.WatchAsync(credential, $"/v1/runs/{_run}/events");
        Assert.Equal("1 run.created", (await viewer.NextAsync())!.Short);
        end();
        PassAMinute();
        var cancelled = NextAsync(viewer, "run.cancelled");
        Assert.Equal(200, (await _gateway.SendAsync(credential, HttpMethod.Post, $"/v1/runs/{_run}/cancel", "{}")).Status);
        Assert.NotNull(await cancelled.WaitAsync(Patience));
    }

    private void PassAMinute()
    {
        for (var i = 0; i < 60; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private static async Task<SseEvent?> NextAsync(SseReader viewer, string name)
    {
        while (await viewer.NextAsync() is { } e)
        {
            if (e.Name == name)
            {
                return e;
            }
        }

        return null;
    }
}
