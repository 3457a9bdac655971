using OrleansAgents.Gateway.Tests.Doubles;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Http;

public sealed class ExposureTests
{
    [Theory]
    [InlineData("urls", "http://0.0.0.0:0", "ASPNETCORE_URLS")]
    [InlineData("urls", "http://127.0.0.1:0;http://*:0", "ASPNETCORE_URLS")]
    [InlineData("urls", "http://[::]:0", "ASPNETCORE_URLS")]
    [InlineData("urls", "http://agents.example.org:80", "ASPNETCORE_URLS")]
    [InlineData("urls", "5080", "ASPNETCORE_URLS")]
    [InlineData("http_ports", "8080", "ASPNETCORE_HTTP_PORTS")]
    [InlineData("Kestrel:Endpoints:Web:Url", "http://10.0.0.1:80", "Kestrel:Endpoints:Web:Url")]
    [InlineData("Auth:Keys:0", "x", "Auth:Keys")]
    [InlineData("Cors:Origins", "*", "Cors:Origins")]
    [InlineData("Cors:Origins:0", "https://example.org/path", "Cors:Origins:0")]
    public async Task A_configuration_that_would_expose_it_stops_the_start_and_names_the_key(string key, string value, string named)
    {
        await using var app = ScriptedGateway.Build(new(), null, (key, value));
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains(named, refused.Message);
    }

    [Fact]
    public async Task An_address_given_in_code_is_looked_at_too()
    {
        await using var app = ScriptedGateway.Build(new(), null);
        app.Urls.Add("http://0.0.0.0:0");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("0.0.0.0", refused.Message);
    }

    [Theory, InlineData("evil.example", 421), InlineData("127.0.0.1.evil.example", 421), InlineData("localhost:1", 200), InlineData("[::1]", 200)]
    public async Task Only_names_of_this_machine_are_answered(string host, int expected)
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        foreach (var path in new[] { "/health/live", "/v1/agents", "/v1/runs" })
        {
            var (status, body) = await gateway.SendAsync(HttpMethod.Get, path, null, ("Host", host));
            Assert.Equal(expected, status);
            Assert.Equal(expected == 421 ? "host_not_allowed" : null, expected == 421 ? body.GetProperty("code").GetString() : null);
        }
    }

    [Theory]
    [InlineData("cross-site", "/v1/threads?q=secret", 403), InlineData("same-site", "/v1/threads", 403), InlineData("same-origin", "/v1/threads", 200)]
    [InlineData("none", "/v1/threads", 200), InlineData("cross-site", "/", 200), InlineData("cross-site", "/health/live", 200)]
    public async Task A_page_of_another_site_cannot_measure_what_it_may_not_read(string site, string path, int expected)
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Sec-Fetch-Site", site);
        using var response = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(expected == 403, (int)response.StatusCode == 403);
    }

    [Theory]
    [InlineData("null", "Production", 403), InlineData("http://evil.example", "Production", 403), InlineData("http://localhost:5173", "Production", 403)]
    [InlineData("null", "Development", 403), InlineData("http://evil.example", "Development", 403), InlineData("http://localhost:5173", "Development", 202)]
    [InlineData("https://app.example.org", "Production", 202)]
    public async Task Only_pages_that_may_call_are_answered(string origin, string environment, int expected)
    {
        await using var gateway = await ScriptedGateway.StartAsync(("environment", environment), ("Cors:Origins:0", "https://app.example.org"));
        var (status, body) = await gateway.SendAsync(HttpMethod.Post, "/v1/runs", """{"agent":"a","input":"x"}""", ("Origin", origin));
        Assert.Equal(expected, status);
        Assert.Equal(expected == 202 ? 1 : 0, gateway.Runs.Commands.Count);
        if (expected == 403)
        {
            Assert.Equal(("origin_not_allowed", "Origin"), (body.GetProperty("code").GetString(), body.GetProperty("field").GetString()));
        }
    }

    [Fact]
    public async Task Its_own_page_may_call()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        var own = gateway.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, "/v1/agents", null, ("Origin", own))).Status);
    }

    [Fact]
    public async Task Answers_guard_themselves_in_a_browser_and_do_not_name_the_server()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        foreach (var path in new[] { "/v1/agents", "/nothing", "/docs", "/openapi/v1.json" })
        {
            using var response = await gateway.Client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Contains("frame-ancestors 'none'", response.Headers.GetValues("Content-Security-Policy").Single());
            Assert.False(response.Headers.Contains("Server"));
        }
    }

    [Fact]
    public async Task The_reference_page_asks_no_other_host()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        var page = await gateway.Client.GetStringAsync(new Uri("/docs/", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.DoesNotMatch("(src|href)=\"(https?:)?//", page);
        Assert.DoesNotContain("proxy.scalar.com", page);
        Assert.DoesNotContain("cdn.", page);
        Assert.DoesNotMatch("<script(?![^>]* src=)", page);
    }
}
