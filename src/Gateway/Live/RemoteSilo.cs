using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using OrleansAgents.Live;

namespace OrleansAgents.Gateway.Live;

/// <summary>A gateway apart from its silos: an Orleans client, and the live tail over it.</summary>
internal static partial class RemoteSilo
{
    private const int DefaultPort = 30000;
    private const string PortKey = "Orleans:Endpoints:GatewayPort";

    /// <summary>Connects to the silo at <c>Orleans:Endpoints:GatewayPort</c> of this machine (30000); waits for it as long as it takes.</summary>
    public static IHostApplicationBuilder AddRemoteSilo(this IHostApplicationBuilder builder)
    {
        var text = builder.Configuration[PortKey];
        var port = text is null ? DefaultPort : int.TryParse(text, out var p) && p is > 0 and < 65536 ? p
            : throw new InvalidOperationException($"{PortKey} is '{text}'; give a port from 1 to 65535.");
        builder.UseOrleansClient(client =>
        {
            client.UseLocalhostClustering(port);

            // A call to a dying silo hangs until it times out; every call may be repeated.
            client.Configure<ClientMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromSeconds(5));
            client.Services.AddSingleton<RemoteTail>();
            client.Services.AddSingleton<ILiveTail>(s => s.GetRequiredService<RemoteTail>());
            client.UseConnectionRetryFilter<WaitForSilo>();

            // A restarted silo knows nothing of us, and nothing would tell us so.
            client.AddGatewayCountChangedHandler(s => (_, change) =>
            {
                if (change.ConnectionRecovered || change.NumberOfConnectedGateways > change.PreviousNumberOfConnectedGateways)
                {
                    s.GetRequiredService<RemoteTail>().ReattachAll();
                }
            });
        });
        return builder;
    }

    /// <summary>The silo may start later than its gateways.</summary>
    private sealed partial class WaitForSilo(TimeProvider time, ILogger<WaitForSilo> log) : Orleans.IClientConnectionRetryFilter
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
