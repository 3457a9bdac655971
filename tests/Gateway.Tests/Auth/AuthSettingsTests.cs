using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Tests.Doubles;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Auth;

/// <summary>A setting that would leave the service open, or nobody in, stops the start.</summary>
public sealed class AuthSettingsTests
{
    private static readonly string Key = ApiKey.New();
    private static readonly (string Key, string Value)[] Good =
    [
        ("Auth:Keys:a:Hash", ApiKey.HashOf(Key)), ("Auth:Keys:a:User", "alice"), ("Auth:Keys:a:Roles:0", "view"),
        ("Auth:Jwt:Authority", "https://issuer.example.org"), ("Auth:Jwt:Audience", "agents"),
    ];

    [Theory]
    [InlineData("Auth:Keys:a:Hash", "", "Auth:Keys:a:Hash")]
    [InlineData("Auth:Keys:a:Hash", "sha256:ABC", "Auth:Keys:a:Hash")]
    [InlineData("Auth:Keys:a:User", "", "Auth:Keys:a:User")]
    [InlineData("Auth:Keys:a:Tenant", "a\nb", "Auth:Keys:a:Tenant")]
    [InlineData("Auth:Keys:a:Roles:0", "owner", "Auth:Keys:a:Roles:0")]
    [InlineData("Auth:Keys:b:Roles", "view", "Auth:Keys:b:Hash")]
    [InlineData("Auth:Keys", "x", "Auth:Keys")]
    [InlineData("Auth:Tokens:a", "x", "Auth:Tokens")]
    [InlineData("Auth:Jwt:Audience", "", "Auth:Jwt:Audience")]
    [InlineData("Auth:Jwt:Authority", "", "Auth:Jwt:Authority")]
    [InlineData("Auth:Jwt:Authority", "http://issuer.example.org", "Auth:Jwt:Authority")]
    [InlineData("Auth:Jwt:MetadataAddress", "issuer", "Auth:Jwt:MetadataAddress")]
    [InlineData("Auth:Jwt:SigningKey", "c2hvcnQ=", "Auth:Jwt:SigningKey")]
    [InlineData("Auth:Jwt:SignIn:Scope", "openid", "Auth:Jwt:SignIn:ClientId")]
    [InlineData("Auth:Jwt:SignIn:Secret", "x", "Auth:Jwt:SignIn:Secret")]
    [InlineData("Auth:Jwt:SignIn:Parameters:redirect_uri", "https://elsewhere.example.org", "Auth:Jwt:SignIn:Parameters:redirect_uri")]
    [InlineData("Auth:Jwt:SigningKey", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "Auth:Jwt:Authority or Auth:Jwt:SigningKey")]
    public async Task A_wrong_value_stops_the_start_and_is_named(string key, string value, string named)
    {
        await using var app = ScriptedGateway.Build(new(), null, [("urls", "http://127.0.0.1:0"), .. Good.Where(s => s.Key != key), (key, value)]);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync(TestContext.Current.CancellationToken));
        Assert.StartsWith(named, refused.Message);
    }

    [Fact]
    public async Task A_key_has_one_owner()
    {
        await using var app = ScriptedGateway.Build(
            new(), null, [.. Good, ("Auth:Keys:b:Hash", ApiKey.HashOf(Key)), ("Auth:Keys:b:User", "bob"), ("Auth:Keys:b:Roles:0", "view")]);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync(TestContext.Current.CancellationToken));
        Assert.StartsWith("Auth:Keys:b:Hash", refused.Message);
    }

    [Fact]
    public async Task With_sign_in_it_may_listen_everywhere_and_answers_under_any_name_but_foreign_pages_stay_out()
    {
        await using var app = ScriptedGateway.Build(new(), null, [("urls", "http://0.0.0.0:0"), .. Good]);
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new($"http://127.0.0.1:{new Uri(app.Urls.Single()).Port}") };
        async Task<int> StatusAsync(string? key, string? origin = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/agents");
            request.Headers.Host = "agents.example.org";
            request.Headers.Authorization = key is null ? null : new("Bearer", key);
            if (origin is not null)
            {
                request.Headers.Add("Origin", origin);
            }

            using var response = await client.SendAsync(request);
            return (int)response.StatusCode;
        }

        Assert.Equal((200, 401), (await StatusAsync(Key), await StatusAsync(null)));
        Assert.Equal((403, 200), (await StatusAsync(Key, "http://evil.example"), await StatusAsync(Key, "http://agents.example.org")));
    }
}
