using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Journal;

namespace OrleansAgents.Grains.Telemetry;

/// <summary>Registers the journal of a silo.</summary>
internal static class JournalHosting
{
    /// <summary>Key of the store itself, under its decorators.</summary>
    public const string Store = "store";

    /// <summary>Makes this store the silo's <see cref="IJournal"/>, measured. The container opens it once and disposes it.</summary>
    public static IServiceCollection AddJournal(this IServiceCollection services, Func<IServiceProvider, IJournal> open) => services
        .AddKeyedSingleton(Store, (s, _) => open(s))
        .AddSingleton<IJournal, MeteredJournal>();
}
