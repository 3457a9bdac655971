using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace OrleansAgents.AppHost.Tests;

/// <summary>The app host as <c>dotnet run --project Aspire.AppHost</c> starts it, with its dashboard.</summary>
public sealed class AppHostTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly string[] Told =
    [
        "gateway-1 POST /v1/runs", "gateway-1 IRunGrain/StartAsync", "silo IRunGrain/StartAsync", "silo invoke_agent docs", "silo chat demo",
        "silo execute_tool search_documents", "worker process run.completed",
    ];

    private static readonly string[] Programs = ["/OrleansAgents.Silo", "/OrleansAgents.Gateway", "/Worker", "/Aspire.Dashboard", "/dcp "];
    private static readonly string[] Servers = ["/azurite/", "/OrleansAgents.EventHubsServer"];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("apphost");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("local")]
    [InlineData("azure")]
    public async Task A_run_is_one_trace_over_gateway_silo_and_worker_and_nothing_stays_behind(string profile)
    {
        var before = Processes.All();
        List<KeyValuePair<int, string>> started;
        await using (var app = await StartAsync(profile))
        {
            string[] programs = profile == "azure" ? [.. Programs, .. Servers] : Programs;
            started = [.. Processes.All().Where(p => !before.ContainsKey(p.Key) && programs.Any(program => p.Value.Contains(program, StringComparison.Ordinal)))];
            Assert.All(programs, program => Assert.Contains(started, p => p.Value.Contains(program, StringComparison.Ordinal)));
            var (run, trace) = await AskAsync(app.CreateHttpClient("gateway-1"));
            using var dashboard = app.CreateHttpClient("aspire-dashboard", "http");
            var spans = await Dashboard.UntilAsync(dashboard, trace, found => Roots(found).Count() == 1 && Told.All(told => found.Any(s => $"{s.Service} {s.Name}" == told)), Patience);
            Assert.Equal(Told[0], Roots(spans).Select(root => $"{root.Service} {root.Name}").Single());

            // The other gateway serves the same run.
            Assert.Contains("run.completed", await app.CreateHttpClient("gateway-2").GetStringAsync($"/v1/runs/{run}/events?limit=500"));
        }

        for (var began = TimeProvider.System.GetTimestamp(); Processes.Alive(started).Any() && TimeProvider.System.GetElapsedTime(began) < Patience;)
        {
            await Task.Delay(100);
        }

        Assert.Empty(Processes.Alive(started));
    }

    private static IEnumerable<Dashboard.Span> Roots(IReadOnlyList<Dashboard.Span> spans) => spans.Where(s => spans.All(other => other.Id != s.Parent));

    private async Task<DistributedApplication> StartAsync(string profile)
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(
            [$"--Profile={profile}", "--ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS=true"], (options, _) => options.DisableDashboard = false);
        builder.Services.AddLogging(log => log.SetMinimumLevel(LogLevel.Warning));
        foreach (var process in builder.Resources.OfType<ProjectResource>())
        {
            builder.CreateResourceBuilder(process).WithEnvironment("Storage__ConnectionString", Path.Combine(_folder.FullName, "agents.db")).WithEnvironment("Models__default__Pace", "0");
        }

        var app = await builder.BuildAsync();
        await app.StartAsync().WaitAsync(Patience);
        await Task.WhenAll(
            app.ResourceNotifications.WaitForResourceHealthyAsync("gateway-1"), app.ResourceNotifications.WaitForResourceHealthyAsync("gateway-2"),
            SaysAsync(app, "worker", "Worker is ready.")).WaitAsync(Patience);
        return app;
    }

    private static async Task SaysAsync(DistributedApplication app, string process, string line)
    {
        var running = await app.ResourceNotifications.WaitForResourceAsync(process, e => e.Snapshot.State?.Text == KnownResourceStates.Running);
        await foreach (var lines in app.Services.GetRequiredService<ResourceLoggerService>().WatchAsync(running.ResourceId))
        {
            if (lines.Any(said => said.Content.Contains(line, StringComparison.Ordinal)))
            {
                return;
            }
        }
    }

    /// <summary>Starts a run and reads it to its end; its first event names its trace.</summary>
    private static async Task<(string Run, string Trace)> AskAsync(HttpClient gateway)
    {
        using var response = await gateway.PostAsJsonAsync("/v1/runs", new { agent = "docs", input = "What is a step?", stream = true });
        var text = await response.Content.ReadAsStringAsync();
        Assert.Contains("run.completed", text);
        return (response.Headers.Location!.ToString().Split('/')[^1], Regex.Match(text, "\"trace\":\"00-([0-9a-f]{32})-").Groups[1].Value);
    }
}
