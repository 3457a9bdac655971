using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using OrleansAgents.Agents.Models;
using OrleansAgents.Agents.Models.Settings;

namespace OrleansAgents.Silo;

/// <summary>Says, once the silo has joined, where gateways reach it and what it works on.</summary>
internal sealed class SiloReadyLine(
    IHostApplicationLifetime lifetime, IConfiguration configuration, ModelRegistry models) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() => Console.WriteLine(
            $"The silo is ready: gateways reach it at port {SiloSetup.GatewayPort(configuration, SiloSetup.DefaultGatewayPort)} · {WorksOn(configuration, models)}"));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The answering model and the data's absolute path.</summary>
    public static string WorksOn(IConfiguration configuration, ModelRegistry models)
    {
        var model = models.Find(ModelSettings.Default) is not { } m ? "none"
            : m.Settings.Provider == ModelSettings.Demo ? "demo (no key configured)" : m.Settings.Model ?? m.Settings.Provider;
        return $"model: {model} · data: {SiloSetup.JournalPath(configuration)}";
    }
}
