using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using OrleansAgents.Execution;
using OrleansAgents.Lifecycle;
using OrleansAgents.Live;
using OrleansAgents.Runs;

namespace OrleansAgents.Silo;

/// <summary>Puts the execution side into a host: grains, supervisor, models, tools.</summary>
internal static class SiloHosting
{
    /// <summary>Everything that executes, except the journal, which the caller registers.</summary>
    public static IServiceCollection AddRuns(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddAgentExecution(configuration);
        services.AddSingleton(ReadOptions(configuration));
        services.AddSingleton<LiveHub>();
        services.AddSingleton<ILiveTail>(s => s.GetRequiredService<LiveHub>());
        services.AddSingleton<LiveLanes>();
        services.AddSingleton<Outbox>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(s => s.GetRequiredService<Outbox>());
        services.AddSingleton<LocalRuns>();
        services.AddMetrics().AddSingleton<Telemetry.Instruments>().AddSingleton<Telemetry.RunTelemetry>();
        services.AddSingleton<Ownership>();
        services.AddSingleton<RunSupervisorClient>();
        services.AddGrainService<RunSupervisor>();
        return services;
    }

    /// <summary>How a silo of ours is tuned, wherever it runs.</summary>
    public static ISiloBuilder TuneForRuns(this ISiloBuilder silo)
    {
        silo.AddMemoryStreams(LifecycleStream.Provider).AddMemoryGrainStorage("PubSubStore");
        silo.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromSeconds(5));
        silo.Configure<ClusterMembershipOptions>(o =>
        {
            o.ProbeTimeout = TimeSpan.FromSeconds(1);
            o.MaxProbeTimeout = TimeSpan.FromSeconds(1.5);
            o.NumMissedProbesLimit = 3;
        });
        return silo;
    }

    private static RunsOptions ReadOptions(IConfiguration configuration)
    {
        var text = configuration["Stop:DrainSeconds"];
        if (text is null)
        {
            return new();
        }

        return int.TryParse(text, out var seconds) && seconds is >= 0 and <= 3600
            ? new() { Drain = TimeSpan.FromSeconds(seconds) }
            : throw new InvalidOperationException($"Stop:DrainSeconds is '{text}'; give whole seconds from 0 to 3600.");
    }
}
