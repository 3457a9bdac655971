using Microsoft.Extensions.Hosting;
using Orleans.Hosting;
using OrleansAgents.Client;

namespace OrleansAgents.Gateway.Live;

/// <summary>A gateway apart from its silos.</summary>
internal static class RemoteSilo
{
    private const int DefaultPort = 30000;
    private const string PortKey = "Orleans:Endpoints:GatewayPort";

    /// <summary>Connects to the silo at <c>Orleans:Endpoints:GatewayPort</c> of this machine (30000); waits for it as long as it takes.</summary>
    public static IHostApplicationBuilder AddRemoteSilo(this IHostApplicationBuilder builder)
    {
        var text = builder.Configuration[PortKey];
        var port = text is null ? DefaultPort : int.TryParse(text, out var p) && p is > 0 and < 65536 ? p
            : throw new InvalidOperationException($"{PortKey} is '{text}'; give a port from 1 to 65535.");
        builder.UseOrleansClient(client => client.UseLocalhostClustering(port).AddAgentsClient());
        return builder;
    }
}
