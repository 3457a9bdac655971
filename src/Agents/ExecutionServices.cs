using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansAgents.Agents.Catalog;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Agents.Models;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Agents.Settings;
using OrleansAgents.Agents.Tools;

namespace OrleansAgents.Agents;

/// <summary>Registers agents, models and tools.</summary>
internal static class ExecutionServices
{
    /// <summary>Adds everything that calls models and tools, by configuration.</summary>
    /// <remarks>Wrong values end the host's start with an <see cref="InvalidSettingException"/>.</remarks>
    public static IServiceCollection AddAgentExecution(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(configuration);
        services.TryAddSingleton(provider => new ModelRegistry(
            ModelSettings.Read(configuration), [.. provider.GetServices<ModelRegistration>(), .. Unconfigured(configuration, provider)], provider, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new ToolRegistry(
            provider.GetServices<ToolRegistration>(), provider.GetServices<AgentDeclaration>(),
            provider.GetService<IServiceProviderIsService>(), provider.GetRequiredService<ILogger<ToolRegistry>>()));
        services.TryAddSingleton<IAgentCatalog>(provider => new AgentCatalog(
            provider.GetServices<AgentDeclaration>(), configuration,
            provider.GetRequiredService<ToolRegistry>(), provider.GetRequiredService<ModelRegistry>()));
        services.TryAddSingleton<IModelCaller, ModelCaller>();
        services.TryAddSingleton<IToolCaller, ToolCaller>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, CatalogCheck>());
        return services;
    }

    /// <summary>Answers for a model name with a client of the caller's; it wins over the configuration of that name.</summary>
    public static IServiceCollection AddModel(this IServiceCollection services, ModelSettings settings, Func<IServiceProvider, IChatClient> create) =>
        services.AddSingleton(new ModelRegistration(settings, create));

    /// <inheritdoc cref="AddModel(IServiceCollection, ModelSettings, Func{IServiceProvider, IChatClient})"/>
    public static IServiceCollection AddModel(this IServiceCollection services, string name, IChatClient client) =>
        services.AddModel(new ModelSettings(name, "code"), _ => client);

    /// <summary>Where no model is configured, the program's own client answers as the default one, if it has registered one.</summary>
    private static IEnumerable<ModelRegistration> Unconfigured(IConfiguration configuration, IServiceProvider services) =>
        ModelSettings.IsDefaultConfigured(configuration) || services.GetService<IChatClient>() is null
            ? []
            : [new(new(ModelSettings.Default, "code"), static s => s.GetRequiredService<IChatClient>())];

    public static IServiceCollection AddTool(this IServiceCollection services, ToolRegistration tool) => services.AddSingleton(tool);

    public static IServiceCollection AddAgent(this IServiceCollection services, AgentDeclaration agent) => services.AddSingleton(agent);

    /// <summary>Builds agents, models and tools before anything runs, so that a wrong value stops the start.</summary>
    private sealed class CatalogCheck(IServiceProvider services) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken)
        {
            _ = services.GetRequiredService<IAgentCatalog>();
            return Task.CompletedTask;
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
