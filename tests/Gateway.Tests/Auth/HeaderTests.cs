using System.Text;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Auth;

/// <summary>Every answer tells a browser to guess nothing, and nobody what answers.</summary>
public sealed class HeaderTests
{
    [Fact]
    public async Task Whatever_is_answered_and_to_whomever_it_carries_the_same_guards()
    {
        await using var gateway = await GuardedGateway.StartAsync();
        var alice = gateway.Give("alice");
        var run = await gateway.StartRunAsync(alice);
        var statuses = new HashSet<int>();
        var calls = Calls.Of(gateway).Select(c => (c.Method, Path: Calls.PathOf(c.Endpoint), Body: Calls.BodyOf(c.Endpoint, c.Method)))
            .Append((HttpMethod.Get, "/nothing", null)).Append((HttpMethod.Put, "/v1/runs", null)).Append((HttpMethod.Get, $"/v1/runs/{run}", null))
            .Append((HttpMethod.Get, $"/v1/runs/{run}/events", null)).Append((HttpMethod.Post, "/v1/runs", "{"));
        foreach (var (method, path, body) in calls)
        {
            foreach (var key in new[] { null, alice })
            {
                using var request = new HttpRequestMessage(method, path);
                request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
                request.Headers.Authorization = key is null ? null : new("Bearer", key);
                request.Headers.Accept.ParseAdd(path.EndsWith("/events", StringComparison.Ordinal) ? "text/event-stream" : "*/*");
                using var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                statuses.Add((int)response.StatusCode);
                string Of(string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : "";
                Assert.Equal(
                    $"{method} {path}: nosniff no-referrer {(IsOfDiagram(method, path) ? "cross" : "same")}-origin ",
                    $"{method} {path}: {Of("X-Content-Type-Options")} {Of("Referrer-Policy")} {Of("Cross-Origin-Resource-Policy")} {Of("Server")}{Of("X-Powered-By")}");
                var policy = Of("Content-Security-Policy");
                Assert.Contains(path == "/diagram.html" && (int)response.StatusCode == 200 ? "frame-ancestors 'self'" : "frame-ancestors 'none'", policy);

                // The reference and the frame of diagrams alone have styles in their pages; no page has scripts in it.
                Assert.True(path == "/diagram.html" || path.StartsWith("/docs", StringComparison.Ordinal) || !policy.Contains("unsafe", StringComparison.Ordinal), policy);
                Assert.DoesNotMatch("script-src [^;]*unsafe", policy);
            }
        }

        Assert.Superset(new HashSet<int> { 200, 400, 401, 404, 405 }, statuses);
    }
    /// <summary>The one file that a sandboxed frame may have.</summary>
    private static bool IsOfDiagram(HttpMethod method, string path) =>
        method == HttpMethod.Get && path.StartsWith("/assets/diagram-", StringComparison.Ordinal);
}
