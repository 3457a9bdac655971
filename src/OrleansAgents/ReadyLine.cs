using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using OrleansAgents.Agents.Models;
using OrleansAgents.Silo;

namespace OrleansAgents;

/// <summary>Says, once everything listens, where the service is and what it works on.</summary>
internal sealed class ReadyLine(
    IServer server, IHostApplicationLifetime lifetime, IConfiguration configuration, ModelRegistry models)
    : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() => Console.WriteLine(Line()));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private string Line()
    {
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "?";
        return $"OrleansAgents is ready at {address} · {SiloReadyLine.WorksOn(configuration, models)}";
    }
}
