using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Gateway.Auth;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Auth;

/// <summary>Which keys and tokens are good; of the others nobody learns why they are not.</summary>
public sealed class CredentialTests
{
    [Fact]
    public async Task Keys_and_tokens_open_what_is_theirs_and_all_others_are_refused_alike()
    {
        await using var gateway = await GuardedGateway.StartAsync();
        var (key, good) = (gateway.Give("alice"), Token.Of("alice"));
        foreach (var credential in new[] { key, good, "bearer " + key })
        {
            Assert.Equal(200, (await gateway.SendAsync(credential, HttpMethod.Get, "/v1/agents")).Status);
        }

        var now = DateTimeOffset.UtcNow;
        var refusals = new List<(int, string, string)>();
        foreach (var bad in new[]
        {
            null, "Basic YWxpY2U6YQ==", "Bearer ", "x", ApiKey.New(), key[..^1], ApiKey.HashOf(key), good + "x", Token.Unsigned(good), Token.Forged(good),
            Token.Of("alice", from: now.AddHours(-2)), Token.Of("alice", from: now.AddHours(1)), Token.Of("alice", lasts: TimeSpan.Zero),
            Token.Of("alice", audience: "another"), Token.Of("alice", issuer: "https://evil.example"), Token.Of("alice", key: new byte[64]),
            Token.Of(null), Token.Of(""), Token.Of("a\nb"), Token.Of("alice", tenant: null),
        })
        {
            var refusal = await gateway.SendAsync(bad, HttpMethod.Get, "/v1/agents");
            Assert.True(refusal.Status == 401, $"{bad}: {refusal}");
            refusals.Add(refusal);
        }

        Assert.Single(refusals.Distinct());
    }

    [Fact]
    public async Task A_key_and_a_token_of_the_same_user_see_the_same_and_the_tenant_comes_from_nowhere_else()
    {
        await using var gateway = await GuardedGateway.StartAsync();
        var run = await gateway.StartRunAsync(gateway.Give("alice"));
        Assert.Equal(200, (await gateway.SendAsync(Token.Of("alice"), HttpMethod.Get, $"/v1/runs/{run}")).Status);
        foreach (var stranger in new[] { Token.Of("bob"), Token.Of("alice", tenant: "another") })
        {
            Assert.Equal(404, (await gateway.SendAsync(stranger, HttpMethod.Get, $"/v1/runs/{run}?tenant=default&tid=default")).Status);
            Assert.DoesNotContain(run, (await gateway.SendAsync(stranger, HttpMethod.Get, "/v1/runs")).Body);
        }
    }

    [Fact]
    public async Task A_token_in_the_query_opens_the_hub_alone_and_is_written_down_nowhere()
    {
        var log = new LogCapture();
        await using var gateway = await GuardedGateway.StartAsync(services => log.AddTo(services));
        var key = gateway.Give("alice");
        var query = "access_token=" + key;
        Assert.Equal(200, (await gateway.SendAsync(null, HttpMethod.Post, "/hubs/runs/negotiate?negotiateVersion=1&" + query)).Status);
        Assert.Equal(401, (await gateway.SendAsync(null, HttpMethod.Get, "/v1/agents?" + query)).Status);
        Assert.Equal(401, (await gateway.SendAsync(null, HttpMethod.Get, "/hubs/other?" + query)).Status);
        using var socket = new System.Net.WebSockets.ClientWebSocket();
        await socket.ConnectAsync(new Uri(new Uri("ws://" + gateway.Client.BaseAddress!.Authority), "/hubs/runs?" + query), CancellationToken.None);
        Assert.NotEmpty(log.Lines);
        Assert.DoesNotContain(log.Lines, line => line.Contains(key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_keys_own_start_is_no_other_users()
    {
        await using var gateway = await GuardedGateway.StartAsync();
        var ids = new HashSet<string>();
        foreach (var caller in new[] { gateway.Give("alice"), gateway.Give("bob"), gateway.Give("alice", tenant: "another") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/runs")
            {
                Content = new StringContent("""{"agent":"plain","input":"Ready?"}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")),
            };
            request.Headers.Authorization = new("Bearer", caller);
            request.Headers.Add("Idempotency-Key", "the-same");
            using var response = await gateway.Client.SendAsync(request);
            Assert.Equal(202, (int)response.StatusCode);
            ids.Add(response.Headers.Location!.OriginalString);
        }

        Assert.Equal(3, ids.Count);
    }
}
