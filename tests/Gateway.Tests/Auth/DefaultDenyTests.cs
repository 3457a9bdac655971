using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Auth;

/// <summary>Whatever the program answers at, it asks who calls, unless a file in the repository says otherwise.</summary>
public sealed class DefaultDenyTests
{
    private static readonly string[] Public = [.. File.ReadLines(Path.Combine(Repository.Root, "src/Gateway/Auth/public-endpoints.txt"))
        .Where(line => line.StartsWith('/')).Select(line => line.Trim())];

    [Fact]
    public async Task Without_a_key_nothing_is_answered_but_what_the_file_names()
    {
        await using var gateway = await GuardedGateway.StartAsync();
        var (open, closed) = (0, 0);
        foreach (var (endpoint, method) in Calls.Of(gateway))
        {
            var (status, body, challenge) = await gateway.SendAsync(null, method, Calls.PathOf(endpoint), Calls.BodyOf(endpoint, method));
            var what = $"{method} {endpoint.RoutePattern.RawText}: {status} {body}";
            if (method.Method is "GET" or "HEAD" && IsPublic("/" + endpoint.RoutePattern.RawText!.Trim('/')))
            {
                Assert.True(status is 200, what);
                open++;
                continue;
            }

            Assert.True(status is 401, what);
            Assert.Equal(("Bearer", "unauthenticated"), (challenge, JsonDocument.Parse(body).RootElement.GetProperty("code").GetString()));
            closed++;
        }

        Assert.True(open >= Public.Length && closed > 20, $"{open} open, {closed} closed");
    }

    [Theory, InlineData("GET", "/nothing"), InlineData("GET", "/v1/nothing"), InlineData("PUT", "/v1/runs"), InlineData("DELETE", "/"), InlineData("POST", "/health/live")]
    public async Task Without_a_key_nobody_learns_what_there_is_not(string method, string path)
    {
        await using var gateway = await GuardedGateway.StartAsync();
        Assert.Equal(401, (await gateway.SendAsync(null, HttpMethod.Parse(method), path)).Status);
        Assert.NotEqual(401, (await gateway.SendAsync(gateway.Give("alice"), HttpMethod.Parse(method), path)).Status);
    }

    [Fact]
    public async Task A_route_that_the_host_adds_is_guarded_too()
    {
        var key = ApiKey.New();
        await using var gateway = await ScriptedGateway.StartAsync(
            ("Auth:Keys:a:Hash", ApiKey.HashOf(key)), ("Auth:Keys:a:User", "alice"), ("Auth:Keys:a:Roles", "view"));
        Assert.Equal(401, (await gateway.SendAsync(HttpMethod.Get, "/breaks")).Status);
        Assert.Equal(500, (await gateway.SendAsync(HttpMethod.Get, "/breaks", null, ("Authorization", "Bearer " + key))).Status);
    }

    [Fact]
    public async Task Strangers_are_told_that_it_is_degraded_and_not_why()
    {
        var key = ApiKey.New();
        await using var gateway = await ScriptedGateway.StartAsync(
            ("Auth:Keys:a:Hash", ApiKey.HashOf(key)), ("Auth:Keys:a:User", "alice"), ("Auth:Keys:a:Roles", "view"));
        gateway.Runs.StoreRefusal = "The disk is full.";
        Assert.Equal("""{"status":"degraded"}""", (await gateway.SendAsync(HttpMethod.Get, "/health/ready")).Body.GetRawText());
        var (_, told) = await gateway.SendAsync(HttpMethod.Get, "/health/ready", null, ("Authorization", "Bearer " + key));
        Assert.Equal("The disk is full.", told.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Without_a_key_no_connection_is_made()
    {
        await using var gateway = await GuardedGateway.StartAsync();
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => gateway.ConnectAsync(ApiKey.New()));
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, refused.StatusCode);
        await using var hub = await gateway.ConnectAsync(gateway.Give("alice"));
        Assert.Equal(HubConnectionState.Connected, hub.State);
    }

    private static bool IsPublic(string route) =>
        Public.Any(p => p == route || (p.EndsWith('*') && route.StartsWith(p[..^1], StringComparison.Ordinal)));
}
