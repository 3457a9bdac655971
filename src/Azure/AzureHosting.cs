using Azure.Data.Tables;
using Azure.Identity;
using Microsoft.Extensions.Configuration;
using Orleans.Configuration;
using Orleans.Hosting;
using OrleansAgents.Lifecycle;

namespace OrleansAgents.Azure;

/// <summary>Puts what a cluster shares beside its journals on Azure: members, subscriptions and checkpoints on Storage tables, lifecycle streams on Event Hubs.</summary>
/// <remarks>Untested. No run depends on any of it: the journals are the truth. A missing key stops the start with a sentence that names it.</remarks>
public static class AzureHosting
{
    /// <summary>For a silo, instead of localhost clustering, memory streams and a memory <c>PubSubStore</c>.</summary>
    public static ISiloBuilder UseAzure(this ISiloBuilder silo)
    {
        var tables = Tables(silo.Configuration);
        return silo
            .UseAzureStorageClustering(o => o.TableServiceClient = tables)
            .AddAzureTableGrainStorage("PubSubStore", o => o.TableServiceClient = tables)
            .AddEventHubStreams(LifecycleStream.Provider, o => Connect(o, silo.Configuration), o => o.TableServiceClient = tables);
    }

    /// <summary>For a gateway or an internal service, instead of localhost clustering and memory streams.</summary>
    public static IClientBuilder UseAzure(this IClientBuilder client)
    {
        var tables = Tables(client.Configuration);
        return client
            .UseAzureStorageClustering(o => o.TableServiceClient = tables)
            .AddEventHubStreams(LifecycleStream.Provider, (EventHubOptions o) => Connect(o, client.Configuration));
    }

    private static TableServiceClient Tables(IConfiguration configuration)
    {
        var storage = configuration.GetSection("Azure:Storage");
        return storage["ServiceUri"] is { Length: > 0 } uri
            ? new(new Uri(uri), new DefaultAzureCredential())
            : new(ConnectionString(storage, "ServiceUri"));
    }

    private static void Connect(EventHubOptions options, IConfiguration configuration)
    {
        var hubs = configuration.GetSection("Azure:EventHubs");
        var (hub, group) = (hubs["Hub"] ?? LifecycleStream.Provider, hubs["ConsumerGroup"] ?? "$Default");
        if (hubs["Namespace"] is { Length: > 0 } name)
        {
            options.ConfigureEventHubConnection(name, hub, group, new DefaultAzureCredential());
        }
        else
        {
            options.ConfigureEventHubConnection(ConnectionString(hubs, "Namespace"), hub, group);
        }
    }

    private static string ConnectionString(IConfigurationSection section, string other) => section["ConnectionString"] is { Length: > 0 } text ? text
        : throw new InvalidOperationException($"{section.Path}:ConnectionString is missing; give it, or {section.Path}:{other}.");
}
