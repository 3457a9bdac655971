using System.Text.Json;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Auth;

/// <summary>What the page is told about signing in, and where its policy lets it go for it.</summary>
public sealed class SignInOptionsTests
{
    private static readonly (string, string)[] SignIn = [("Auth:Jwt:SignIn:ClientId", "page"), ("Auth:Jwt:SignIn:Parameters:audience", "agents")];

    [Fact]
    public async Task The_page_is_told_where_people_sign_in_and_may_ask_there_for_tokens_and_nowhere_else()
    {
        await using var authority = await Authority.StartAsync();
        await using var gateway = await GuardedGateway.StartAsync(null, [.. authority.Settings, .. SignIn]);
        using var told = JsonDocument.Parse((await gateway.SendAsync(null, HttpMethod.Get, "/v1/sign-in")).Body);
        var oidc = told.RootElement.GetProperty("oidc");
        Assert.True(told.RootElement.GetProperty("asks").GetBoolean());
        Assert.Equal(
            $$$"""{"clientId":"page","scope":"openid offline_access","parameters":{"audience":"agents"},"server":{"issuer":"{{{authority.Issuer}}}","authorizationEndpoint":"{{{authority.Issuer}}}/authorize","tokenEndpoint":"https://tokens.example.org/give","idTokenAlgorithms":["RS256"]}}""",
            oidc.GetRawText());
        Assert.Contains("connect-src 'self' https://tokens.example.org;", await PolicyAsync(gateway, "/"));
        Assert.DoesNotContain("example.org", await PolicyAsync(gateway, "/diagram.html"));
    }

    [Fact]
    public async Task Without_a_client_of_the_page_nobody_is_sent_to_the_authority()
    {
        await using var authority = await Authority.StartAsync();
        await using var gateway = await GuardedGateway.StartAsync(null, authority.Settings);
        Assert.Equal("""{"asks":true}""", (await gateway.SendAsync(null, HttpMethod.Get, "/v1/sign-in")).Body);
        Assert.Contains("connect-src 'self';", await PolicyAsync(gateway, "/"));
    }

    [Fact]
    public async Task While_the_authority_is_away_the_page_opens_and_keys_go_on()
    {
        await using var authority = await Authority.StartAsync();
        var settings = authority.Settings;
        await authority.DisposeAsync();
        await using var gateway = await GuardedGateway.StartAsync(null, [.. settings, .. SignIn]);
        Assert.Contains("connect-src 'self';", await PolicyAsync(gateway, "/"));
        using var told = JsonDocument.Parse((await gateway.SendAsync(null, HttpMethod.Get, "/v1/sign-in")).Body);
        Assert.False(told.RootElement.GetProperty("oidc").TryGetProperty("server", out _));
        Assert.Equal(200, (await gateway.SendAsync(gateway.Give("alice"), HttpMethod.Get, "/v1/me")).Status);
    }

    [Theory, InlineData("http://tokens.example.org/give"), InlineData("https://a.example.org; script-src *"), InlineData("")]
    public async Task An_authority_with_an_unsafe_token_endpoint_counts_as_unreachable(string endpoint)
    {
        await using var authority = await Authority.StartAsync();
        authority.TokenEndpoint = endpoint;
        await using var gateway = await GuardedGateway.StartAsync(null, [.. authority.Settings, .. SignIn]);
        Assert.Contains("connect-src 'self';", await PolicyAsync(gateway, "/"));
        Assert.DoesNotContain("server", (await gateway.SendAsync(null, HttpMethod.Get, "/v1/sign-in")).Body);
    }

    private static async Task<string> PolicyAsync(GuardedGateway gateway, string path)
    {
        using var response = await gateway.Client.GetAsync(path);
        return response.EnsureSuccessStatusCode().Headers.GetValues("Content-Security-Policy").Single();
    }
}
