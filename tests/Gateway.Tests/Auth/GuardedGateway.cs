using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Testing;

namespace OrleansAgents.Gateway.Tests.Auth;

/// <summary>A gateway that asks who calls, on a real silo; its keys are in a file that the test writes.</summary>
internal sealed class GuardedGateway : IAsyncDisposable
{
    public const string Everything = "start,view,steer,approve,admin";
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, object> _keys = [];
    private readonly TaskCompletionSource _gate = new();
    private RealGateway _gateway = null!;
    private ModelServer _models = null!;

    public HttpClient Client => _gateway.Client;

    public IReadOnlyList<RouteEndpoint> Endpoints =>
        [.. _gateway.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

    public IServiceProvider Services => _gateway.App.Services;

    public static async Task<GuardedGateway> StartAsync(
        Action<IServiceCollection>? services = null, params (string Key, string Value)[] settings)
    {
        var made = new GuardedGateway();
        made.WriteKeys();
        made._models = await ModelServer.StartAsync(r => new Reply().Text("Yes.").Wait(made._gate.Task).Finish("stop"));
        made._gateway = await RealGateway.StartAsync(made._folder.File("agents.db"), made._models, services, configuration =>
        {
            configuration.AddInMemoryCollection(Token.Settings);
            configuration.AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value)));
            configuration.AddJsonFile(made._folder.File("keys.json"));
        });
        return made;
    }

    /// <summary>A new key, good at once.</summary>
    public string Give(string user, string roles = Everything, string tenant = "default")
    {
        var key = ApiKey.New();
        _keys[key] = new { Hash = ApiKey.HashOf(key), Tenant = tenant, User = user, Roles = roles.Split(',') };
        WriteKeys();
        return key;
    }

    public void Take(string key)
    {
        _keys.Remove(key);
        WriteKeys();
    }

    /// <summary>The status, what was said, and the challenge.</summary>
    public async Task<(int Status, string Body, string Challenge)> SendAsync(
        string? token, HttpMethod method, string path, string? json = null, string? accept = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = json is null ? null : new StringContent(json, MediaTypeHeaderValue.Parse("application/json"));
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", token.Contains(' ') ? token : "Bearer " + token);
        }

        if (accept is not null)
        {
            request.Headers.Accept.ParseAdd(accept);
        }

        using var response = await Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.WwwAuthenticate.ToString());
    }

    /// <summary>A run whose model has begun to answer, and goes on only when the test ends.</summary>
    public async Task<string> StartRunAsync(string key)
    {
        var (status, body, _) = await SendAsync(key, HttpMethod.Post, "/v1/runs", """{"agent":"plain","input":"Ready?"}""");
        return status == 202 ? JsonDocument.Parse(body).RootElement.GetProperty("id").GetString()! : throw new InvalidOperationException(body);
    }

    public async Task<HubConnection> ConnectAsync(string token)
    {
        var hub = new HubConnectionBuilder()
            .WithUrl(new Uri(Client.BaseAddress!, "/hubs/runs"), o => o.AccessTokenProvider = () => Task.FromResult<string?>(token)).Build();
        await hub.StartAsync();
        return hub;
    }

    /// <summary>A stream that shows what the caller sees, event by event.</summary>
    public async Task<SseReader> WatchAsync(string token, string path)
    {
        using var client = new HttpClient { BaseAddress = Client.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return await SseReader.OpenAsync(client, path);
    }

    public async ValueTask DisposeAsync()
    {
        _gate.TrySetResult();
        await _gateway.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    private void WriteKeys()
    {
        var keys = _keys.Values.Select((key, i) => (Name: $"k{i}", key)).ToDictionary(k => k.Name, k => k.key);
        File.WriteAllText(_folder.File("keys.json"), JsonSerializer.Serialize(new { Auth = new { Keys = keys } }), Encoding.UTF8);
        if (_gateway is not null)
        {
            ((IConfigurationRoot)_gateway.App.Configuration).Reload();
        }
    }
}
