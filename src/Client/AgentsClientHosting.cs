using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Streams;
using OrleansAgents.Client.Calls;
using OrleansAgents.Client.Lifecycle;
using OrleansAgents.Client.Live;
using OrleansAgents.Client.Telemetry;
using OrleansAgents.Events;
using OrleansAgents.Lifecycle;

namespace OrleansAgents.Client;

/// <summary>Puts <see cref="AgentsClient"/> and <see cref="LifecycleSource"/> into a host.</summary>
public static partial class AgentsClientHosting
{
    private const int DefaultPort = 30000;
    private const string PortKey = "Orleans:Endpoints:GatewayPort";

    /// <summary>For a process beside the silos. They are at <c>Orleans:Endpoints:GatewayPort</c> (30000) of this machine, unless the program or the configuration has put them elsewhere before.</summary>
    /// <exception cref="InvalidOperationException">That port is none.</exception>
    public static IClientBuilder AddAgentsClient(this IClientBuilder client)
    {
        if (!client.Services.Has(typeof(IGatewayListProvider)))
        {
            client.UseLocalhostClustering(Port(client.Configuration[PortKey]));
        }

        if (!client.Services.Has(typeof(IStreamProvider), LifecycleStream.Provider))
        {
            client.AddMemoryStreams(LifecycleStream.Provider);
        }

        TracedCalls.AddTo(client.Services, client.Configuration);

        // A call to a dying silo hangs until it times out; every call may be repeated.
        client.Configure<ClientMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromSeconds(5));
        client.UseConnectionRetryFilter<WaitForSilo>();
        client.Services.AddSingleton<RemoteTail>();
        client.Services.AddSingleton<ILiveTail>(s => s.GetRequiredService<RemoteTail>());
        client.AddGatewayCountChangedHandler(s => (_, change) =>
        {
            if (change.ConnectionRecovered || change.NumberOfConnectedGateways > change.PreviousNumberOfConnectedGateways)
            {
                s.GetRequiredService<ClusterWatch>().Reconnect();
            }
        });
        client.Services.AddAgentsClient();
        return client;
    }

    /// <summary>For a process that has an Orleans client and a live tail already, such as one with a silo in it.</summary>
    internal static IServiceCollection AddAgentsClient(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Caller>();
        services.TryAddSingleton<ClusterWatch>();
        services.TryAddSingleton<LifecycleSource>();
        services.TryAddSingleton(s => new AgentsClient(
            s.GetRequiredService<Caller>(), s.GetRequiredService<ILiveTail>(), s.GetRequiredService<TimeProvider>(), Principal.Local));
        services.AddHostedService<Heartbeat>();
        return services;
    }

    /// <summary>Whether somebody has registered the service already.</summary>
    internal static bool Has(this IServiceCollection services, Type service, string? key = null) =>
        services.Any(s => s.ServiceType == service && Equals(s.ServiceKey, key));

    private static int Port(string? text) => text is null ? DefaultPort
        : int.TryParse(text, out var port) && port is > 0 and < 65536 ? port
        : throw new InvalidOperationException($"{PortKey} is '{text}'; give a port from 1 to 65535.");

    /// <summary>The silo may start later than those who call it.</summary>
    private sealed partial class WaitForSilo(TimeProvider time, ILogger<WaitForSilo> log) : IClientConnectionRetryFilter
    {
        public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
        {
            Waiting(log, exception.Message);
            await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            return true;
        }

        [LoggerMessage(1, LogLevel.Warning, "No silo answers yet: {Reason} It is tried again every second.")]
        private static partial void Waiting(ILogger log, string reason);
    }
}
