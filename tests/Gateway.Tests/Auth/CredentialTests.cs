using System.Text.Json;
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
    public async Task A_ticket_in_the_query_opens_the_hub_alone_and_once_and_no_secret_is_written_down_anywhere()
    {
        var log = new LogCapture();
        using var spans = new SpanCapture();
        await using var gateway = await GuardedGateway.StartAsync(services => log.AddTo(services));
        var key = gateway.Give("alice");
        var answers = new List<string>();
        async Task<string> TicketAsync(string credential) => JsonDocument.Parse(
            (await gateway.SendAsync(credential, HttpMethod.Post, "/v1/hub-ticket", "{}")).Body).RootElement.GetProperty("ticket").GetString()!;
        var (ticket, second) = (await TicketAsync(key), await TicketAsync(key));
        var query = "access_token=" + ticket;
        foreach (var path in new[] { "/v1/agents", "/hubs/other" })
        {
            Assert.Equal(401, (await gateway.SendAsync(null, HttpMethod.Get, path + "?" + query)).Status);
            Assert.Equal(401, (await gateway.SendAsync(ticket, HttpMethod.Get, path)).Status);
        }

        Assert.Equal(401, (await gateway.SendAsync(null, HttpMethod.Post, "/hubs/runs/negotiate?negotiateVersion=1&access_token=" + key)).Status);
        Assert.Equal(200, (await gateway.SendAsync(null, HttpMethod.Post, "/hubs/runs/negotiate?negotiateVersion=1&" + query)).Status);
        Assert.Equal(401, (await gateway.SendAsync(null, HttpMethod.Post, "/hubs/runs/negotiate?negotiateVersion=1&" + query)).Status);
        using var socket = new System.Net.WebSockets.ClientWebSocket();
        await socket.ConnectAsync(new Uri(new Uri("ws://" + gateway.Client.BaseAddress!.Authority), "/hubs/runs?access_token=" + second), CancellationToken.None);

        // By the header it goes everywhere, into errors and streams too.
        using var stream = await gateway.WatchAsync(key, $"/v1/runs/{await gateway.StartRunAsync(key)}/events");
        answers.Add((await stream.NextAsync())!.Data);
        foreach (var path in new[] { "/v1/me", "/nothing", "/v1/runs/" + Calls.UnknownRun, "/v1/runs?limit=x" })
        {
            answers.Add((await gateway.SendAsync(key, HttpMethod.Get, path)).Body);
            answers.Add((await gateway.SendAsync(key + "x", HttpMethod.Get, path)).Body);
        }

        Assert.NotEmpty(log.Lines);
        Assert.NotEmpty(spans.Texts);
        Assert.DoesNotContain(log.Lines.Concat(spans.Texts).Concat(answers), text => text.Contains(key, StringComparison.Ordinal) || text.Contains(ticket, StringComparison.Ordinal) || text.Contains(second, StringComparison.Ordinal));
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
