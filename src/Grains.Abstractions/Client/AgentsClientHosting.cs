using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using OrleansAgents.Events;
using OrleansAgents.Lifecycle;
using OrleansAgents.Live;

namespace OrleansAgents.Client;

/// <summary>Puts <see cref="AgentsClient"/> and <see cref="LifecycleSource"/> into a host.</summary>
public static partial class AgentsClientHosting
{
    /// <summary>For a process beside the silos: how it finds them is the Orleans client's own configuration.</summary>
    public static IClientBuilder AddAgentsClient(this IClientBuilder client)
    {
        // A call to a dying silo hangs until it times out; every call may be repeated.
        client.Configure<ClientMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromSeconds(5));
        client.AddMemoryStreams(LifecycleStream.Provider);
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
