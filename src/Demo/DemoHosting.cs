using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Agents.Models.Settings;

namespace OrleansAgents.Demo;

/// <summary>Makes <c>Provider: demo</c> known, which answers where no model is configured.</summary>
internal static class DemoHosting
{
    public static IServiceCollection AddDemoModel(this IServiceCollection services) => services.AddSingleton(
        new ModelProvider(ModelSettings.Demo, (settings, s) => new DemoModel(settings.Pace, s.GetRequiredService<TimeProvider>())));
}
