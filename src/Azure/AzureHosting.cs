using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Storage;
using Orleans.Streams;
using OrleansAgents.Client;
using OrleansAgents.Client.Live;
using OrleansAgents.Lifecycle;

namespace OrleansAgents.Azure;

/// <summary>Puts what a cluster shares beside its journals on Azure, as far as it is configured: members, subscriptions and checkpoints on Storage tables, lifecycle streams on Event Hubs.</summary>
/// <remarks>No run depends on any of it: the journals are the truth. What <c>Orleans:*</c> configures comes first and stays.</remarks>
public static class AzureHosting
{
    /// <summary>For a silo: <c>Azure:Storage</c> holds its cluster's members and subscriptions, <c>Azure:EventHubs</c> carries its lifecycle streams. Nothing where neither is set.</summary>
    /// <exception cref="InvalidOperationException">A value cannot be used; the sentence names its key.</exception>
    public static ISiloBuilder UseAzure(this ISiloBuilder silo)
    {
        var azure = AzureSettings.Read(silo.Configuration);
        OrleansResources.Add(silo.Services, silo.Configuration);
        if (azure.Tables is { } tables)
        {
            CheckFirst(silo.Services, new(azure, readsHub: true));
            if (!silo.Services.Has(typeof(IMembershipTable)))
            {
                silo.UseAzureStorageClustering(o => o.TableServiceClient = tables);
            }

            if (!silo.Services.Has(typeof(IGrainStorage), LifecycleStream.Subscriptions))
            {
                silo.AddAzureTableGrainStorage(LifecycleStream.Subscriptions, o => o.TableServiceClient = tables);
            }
        }

        if (azure.Events is { } events && !silo.Services.Has(typeof(IStreamProvider), LifecycleStream.Provider))
        {
            silo.AddEventHubStreams(LifecycleStream.Provider, streams =>
            {
                streams.ConfigureEventHub(o => o.Configure(hub => Connect(hub, events)));
                streams.UseAzureTableCheckpointer(o => o.Configure(c => (c.TableServiceClient, c.TableName) = (azure.Tables!, events.CheckpointTable)));
            });
        }

        // What was published before a partition is read for the first time is not lost, whoever has configured the stream.
        silo.Services.Configure<EventHubReceiverOptions>(LifecycleStream.Provider, o => o.StartFromNow = false);

        return silo;
    }

    /// <summary>For a gateway or a service beside the silos: finds them, and hears of lifecycle events, where they are. Nothing where neither is set.</summary>
    /// <exception cref="InvalidOperationException">A value cannot be used, or <c>AddAgentsClient()</c> was called before and has put the client elsewhere.</exception>
    public static IClientBuilder UseAzure(this IClientBuilder client)
    {
        var azure = AzureSettings.Read(client.Configuration);
        if (azure.Tables is not null && client.Services.Has(typeof(RemoteTail)))
        {
            throw new InvalidOperationException("Call UseAzure() before AddAgentsClient(), which otherwise looks for silos on this machine.");
        }

        OrleansResources.Add(client.Services, client.Configuration);
        if (azure.Tables is { } tables)
        {
            CheckFirst(client.Services, new(azure, readsHub: false));
            if (!client.Services.Has(typeof(IGatewayListProvider)))
            {
                client.UseAzureStorageClustering(o => o.TableServiceClient = tables);
            }
        }

        if (azure.Events is { } events && !client.Services.Has(typeof(IStreamProvider), LifecycleStream.Provider))
        {
            client.AddEventHubStreams(LifecycleStream.Provider, (EventHubOptions hub) => Connect(hub, events));
        }

        return client;
    }

    private static void Connect(EventHubOptions options, EventHubSettings events) =>
        options.ConfigureEventHubConnection(o => events.Connect(o), events.Hub, events.ConsumerGroup);

    /// <summary>Asks storage and event hub, where they are configured, before the host starts.</summary>
    /// <exception cref="InvalidOperationException">One of them does not answer, or refuses; the sentence says which.</exception>
    internal static Task CheckAsync(IServiceProvider services) => services.GetService<AzureCheck>()?.StartAsync(CancellationToken.None) ?? Task.CompletedTask;

    private static void CheckFirst(IServiceCollection services, AzureCheck check)
    {
        services.AddSingleton(check);
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(check));
    }
}
