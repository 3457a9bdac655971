using OrleansAgents.Azure;
using OrleansAgents.Client;

namespace OrleansAgents.Gateway.Live;

/// <summary>A gateway apart from its silos.</summary>
internal static class RemoteSilo
{
    /// <summary>Connects to the silos of the cluster on Azure where one is configured, else to the one at <c>Orleans:Endpoints:GatewayPort</c> of this machine (30000); waits for them as long as it takes.</summary>
    public static IHostApplicationBuilder AddRemoteSilo(this IHostApplicationBuilder builder) =>
        builder.UseOrleansClient(client => client.UseAzure().AddAgentsClient());
}
