using System.Globalization;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Storage;
using Orleans.Streams;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Models;
using OrleansAgents.Agents.Telemetry;
using OrleansAgents.Client;
using OrleansAgents.Client.Live;
using OrleansAgents.Demo;
using OrleansAgents.Grains.Expiry;
using OrleansAgents.Grains.Facts;
using OrleansAgents.Grains.Lifecycle;
using OrleansAgents.Grains.Live;
using OrleansAgents.Grains.Memory;
using OrleansAgents.Grains.Runs;
using OrleansAgents.Grains.Search;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Grains.Telemetry;
using OrleansAgents.Journal;
using OrleansAgents.Journal.Search;
using OrleansAgents.Lifecycle;

namespace OrleansAgents.Silo;

/// <summary>Puts the execution side into a host: grains, supervisor, models, tools.</summary>
internal static class SiloHosting
{
    /// <summary>How far a follower of the lifecycle streams may be behind before it is sent to the journals.</summary>
    private static readonly TimeSpan StreamsKeep = TimeSpan.FromSeconds(10);

    /// <summary>Everything that executes, except the journal, which the caller registers.</summary>
    public static IServiceCollection AddRuns(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddDemoModel().AddAgentExecution(configuration);
        services.AddSingleton(s => MemoryOptions.Read(configuration, s.GetRequiredService<ModelRegistry>()));
        services.AddSingleton<SummaryWriter>();
        services.TryAddSingleton(s => new Meaning(
            s.GetService<IEmbeddingGenerator<string, Embedding<float>>>() ?? s.GetRequiredService<MemoryOptions>().CreateEmbeddings(),
            s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<Meaning>>()));
        services.AddSingleton(s => new RecallTool(s.GetRequiredService<IJournal>()).Registration);
        services.AddSingleton<FactTools>();
        services.AddSingleton(s => s.GetRequiredService<FactTools>().Remember);
        services.AddSingleton(s => s.GetRequiredService<FactTools>().Forget);
        services.AddSingleton(ReadOptions(configuration));
        services.AddSingleton<LiveHub>();
        services.AddSingleton<ILiveTail>(s => s.GetRequiredService<LiveHub>());
        services.AddSingleton<LiveLanes>();
        services.AddSingleton<Outbox>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(s => s.GetRequiredService<Outbox>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, ModelWaits>();
        services.AddSingleton(s => new ThreadSearch(
            s.GetRequiredService<IJournal>(), s.GetService<IThreadIndex>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<ThreadSearch>>()));
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(s => s.GetRequiredService<ThreadSearch>());
        services.AddSingleton<LocalRuns>();
        services.AddMetrics().AddSingleton<Instruments>().AddSingleton<RunInstruments>().AddSingleton<RunTelemetry>();
        services.AddSingleton<Ownership>();
        services.AddSingleton<RunSupervisorClient>();
        services.AddSingleton<Retention>();
        services.AddGrainService<RunSupervisor>();
        return services;
    }

    /// <summary>A silo on loopback with streams in memory, as far as the program or the configuration has not put it elsewhere before.</summary>
    public static ISiloBuilder UseLoopbackByDefault(this ISiloBuilder silo, int siloPort, int gatewayPort)
    {
        // In a cluster a silo is where Orleans' own configuration says, at the same place after each restart.
        if (!silo.Services.Has(typeof(IMembershipTable)))
        {
            silo.UseLocalhostClustering(siloPort, gatewayPort);
        }

        if (!silo.Services.Has(typeof(IStreamProvider), LifecycleStream.Provider))
        {
            silo.AddMemoryStreams(LifecycleStream.Provider);
        }

        return silo.Services.Has(typeof(IGrainStorage), LifecycleStream.Subscriptions) ? silo : silo.AddMemoryGrainStorage(LifecycleStream.Subscriptions);
    }

    /// <summary>How a silo of ours is tuned, wherever it runs.</summary>
    public static ISiloBuilder TuneForRuns(this ISiloBuilder silo)
    {
        silo.Services.AddOptions<StreamCacheEvictionOptions>(LifecycleStream.Provider).Configure(o =>
        {
            // Its own default keeps every event for half an hour: a busy silo would hold gigabytes for followers that read the
            // journals anyway when they were away for so long.
            (o.DataMinTimeInCache, o.DataMaxAgeInCache) = (StreamsKeep, StreamsKeep);
            o.MetadataMinTimeInCache = TimeSpan.FromDays(1);
        });
        Client.Telemetry.TracedCalls.AddTo(silo.Services, silo.Configuration);
        silo.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromSeconds(5));
        silo.Configure<ClusterMembershipOptions>(o =>
        {
            o.ProbeTimeout = TimeSpan.FromSeconds(1);
            o.MaxProbeTimeout = TimeSpan.FromSeconds(1.5);
            o.NumMissedProbesLimit = 3;
        });
        return silo;
    }

    /// <exception cref="InvalidOperationException">A value is none; the sentence names the key and what it takes.</exception>
    internal static RunsOptions ReadOptions(IConfiguration configuration)
    {
        var options = new RunsOptions();
        if (configuration["Stop:DrainSeconds"] is { } drain)
        {
            options.Drain = int.TryParse(drain, out var seconds) && seconds is >= 0 and <= 3600
                ? TimeSpan.FromSeconds(seconds)
                : throw new InvalidOperationException($"Stop:DrainSeconds is '{drain}'; give whole seconds from 0 to 3600.");
        }

        if (configuration["Retention:Ended"] is { Length: > 0 } ended)
        {
            options.KeepEnded = TimeSpan.TryParse(ended, CultureInfo.InvariantCulture, out var keep) && keep > TimeSpan.Zero && keep <= TimeSpan.FromDays(36_500)
                ? keep
                : throw new InvalidOperationException($"Retention:Ended is '{ended}'; give days, as 30, or days.hours:minutes:seconds, as 0.12:00:00, up to 36500 days, or leave it out to keep runs for ever.");
        }

        return options;
    }
}
