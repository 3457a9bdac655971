using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace OrleansAgents.Gateway;

/// <summary>Says, once the gateway listens and its silo answers, where it is.</summary>
internal sealed class GatewayReadyLine(IServer server, IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() =>
            Console.WriteLine($"The gateway is ready at {server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "?"}"));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
