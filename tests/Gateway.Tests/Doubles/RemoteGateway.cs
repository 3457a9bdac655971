using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansAgents.Client.Live;
using OrleansAgents.Gateway.Live;

namespace OrleansAgents.Gateway.Tests.Doubles;

/// <summary>A gateway as in a process of its own: it reaches its silo as a client of it.</summary>
internal sealed class RemoteGateway(WebApplication app) : IAsyncDisposable
{
    public Uri Address { get; } = new(app.Urls.Single());

    public RemoteTail Tail => app.Services.GetRequiredService<RemoteTail>();

    /// <param name="port">Where the silo takes clients.</param>
    public static async Task<RemoteGateway> StartAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new("urls", "http://127.0.0.1:0"), new("Orleans:Endpoints:GatewayPort", $"{port}")]);
        builder.AddAgentGateway();
        builder.AddRemoteSilo();
        var app = builder.Build();
        app.MapAgentGateway();
        await app.StartAsync();
        return new(app);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
