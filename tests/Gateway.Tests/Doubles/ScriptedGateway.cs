using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansAgents.Client.Live;

namespace OrleansAgents.Gateway.Tests.Doubles;

/// <summary>The gateway on a real server, over scripted runs.</summary>
internal sealed class ScriptedGateway : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedGateway(WebApplication app, ScriptedRuns runs) => (_app, Runs) = (app, runs);

    public ScriptedRuns Runs { get; }

    public HttpClient Client { get; private set; } = null!;

    public static WebApplication Build(ScriptedRuns runs, TimeProvider? time, params (string Key, string Value)[] settings)
    {
        var environment = settings.FirstOrDefault(s => s.Key == "environment").Value ?? Environments.Production;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value)));
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.AddAgentGateway();
        builder.Services.AddSingleton(GrainFactoryDouble.Of(runs)).AddSingleton<ILiveTail>(runs);
        var app = builder.Build();
        app.MapAgentGateway();
        app.MapGet("/breaks", (HttpContext _) => { throw new InvalidOperationException("secret of /home/somebody"); });
        return app;
    }

    public static Task<ScriptedGateway> StartAsync(params (string Key, string Value)[] settings) => StartAsync(null, settings);

    public static async Task<ScriptedGateway> StartAsync(TimeProvider? time, params (string Key, string Value)[] settings)
    {
        var runs = new ScriptedRuns();
        var app = Build(runs, time, [("urls", "http://127.0.0.1:0"), .. settings]);
        await app.StartAsync();
        return new(app, runs) { Client = new() { BaseAddress = new(app.Urls.Single()) } };
    }

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? json = null, params (string, string)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
        {
            request.Content = new StringContent(json, MediaTypeHeaderValue.Parse("application/json"));
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Client.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, body.Length == 0 ? default : JsonDocument.Parse(body).RootElement);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
