using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using OrleansAgents.Client.Live;
using OrleansAgents.Journal.Search;
using OrleansAgents.Lifecycle;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;

namespace OrleansAgents.Gateway.Tests.Doubles;

/// <summary>The gateway over a real silo on a SQLite file, with a scripted model provider.</summary>
internal sealed class RealGateway : IAsyncDisposable
{
    private readonly SqliteJournal _journal;
    private readonly TestSilo _silo;
    private readonly WebApplication _app;

    private RealGateway(SqliteJournal journal, TestSilo silo, WebApplication app) =>
        (_journal, _silo, _app, Client) = (journal, silo, app, new() { BaseAddress = new(app.Urls.Single()) });

    public HttpClient Client { get; }

    /// <summary>The gateway's own host.</summary>
    public WebApplication App => _app;

    /// <summary>Journals that somebody watches.</summary>
    public IReadOnlyCollection<string> Followed => _silo.Services.GetRequiredService<ILiveTail>().Followed;

    public static async Task<RealGateway> StartAsync(
        string file, ModelServer model, Action<IServiceCollection>? services = null, Action<ConfigurationManager>? configuration = null)
    {
        var journal = new SqliteJournal(file);
        var settings = TestSilo.ModelAt(model);
        settings["Models:default:MaxOutputTokens"] = "1000000";
        settings["Agents:plain:Instructions"] = "Answer.";
        settings["Agents:keeper:Instructions"] = "Answer.";
        settings["Agents:keeper:RemembersUser"] = "true";
        settings["Models:other:Provider"] = "openai";
        settings["Models:other:Endpoint"] = model.Endpoint.ToString();
        settings["Models:other:Model"] = "scripted-too";
        settings["Agents:open:Instructions"] = "Answer.";
        settings["Agents:open:AllowInstructions"] = "true";
        settings["Agents:open:AllowModels"] = "other";
        settings["Workspace:Path"] = Path.GetDirectoryName(file);
        var silo = await TestSilo.StartAsync(journal, settings, s => s.AddSingleton<IThreadIndex>(_ => SqliteThreadIndex.Open(file, journal.Generation)));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new("urls", "http://127.0.0.1:0")]);
        configuration?.Invoke(builder.Configuration);
        services?.Invoke(builder.Services);
        builder.AddAgentGateway();
        builder.Services.AddSingleton(silo.Grains).AddSingleton(silo.Services.GetRequiredService<ILiveTail>());
        builder.Services.AddKeyedSingleton(LifecycleStream.Provider, silo.Services.GetRequiredKeyedService<IStreamProvider>(LifecycleStream.Provider));
        var app = builder.Build();
        app.MapAgentGateway();
        await app.StartAsync();
        return new(journal, silo, app);
    }

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? json = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = json is null ? null : new StringContent(json, MediaTypeHeaderValue.Parse("application/json"));
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var response = await Client.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, body.Length == 0 ? default : JsonDocument.Parse(body).RootElement);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        await _silo.DisposeAsync();
        await _journal.DisposeAsync();
    }
}
