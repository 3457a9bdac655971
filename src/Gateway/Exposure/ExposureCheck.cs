using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Http;

namespace OrleansAgents.Gateway.Exposure;

/// <summary>Refuses to start where others than this machine's users could reach a service that asks nobody who they are.</summary>
/// <remarks>Looks before the server listens; and once more after, because an address can also be set in code.</remarks>
internal sealed class ExposureCheck(IConfiguration configuration, IServer server, AuthMode mode) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        GatewayConfiguration.Check(configuration);
        var inCode = Addresses().Select(a => ("the address given in code", a)).ToList();
        Refuse(inCode.Count > 0 ? inCode : ListenAddresses.Configured(configuration));
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        Refuse(Addresses().Select(a => ("the address given in code", a)));
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private IEnumerable<string> Addresses() => server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];

    private void Refuse(IEnumerable<(string Key, string Address)> addresses)
    {
        if (mode.Asks)
        {
            return;
        }

        foreach (var (key, address) in addresses.Where(a => !ListenAddresses.IsLoopback(a.Address)))
        {
            throw new InvalidOperationException(
                $"Without authentication this service listens on loopback addresses only, and {key} names {address}. "
                + "Use http://127.0.0.1:<port>, or make a key with the argument new-key and configure Auth:Keys, or Auth:Jwt.");
        }
    }
}
