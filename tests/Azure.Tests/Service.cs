using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansAgents.Client;
using OrleansAgents.Client.Lifecycle;
using OrleansAgents.Events;

namespace OrleansAgents.Azure.Tests;

/// <summary>An internal service beside the silos, which is told of every event of every run.</summary>
internal sealed class Service(IHost host) : IAsyncDisposable
{
    public AgentsClient Agents => host.Services.GetRequiredService<AgentsClient>();

    public Heard Heard => host.Services.GetRequiredService<Heard>();

    public static async Task<Service> StartAsync(IReadOnlyDictionary<string, string> settings, DateTimeOffset? since = null)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>(s.Key.Replace("__", ":"), s.Value)));
        builder.Logging.SetMinimumLevel(LogLevel.Error).AddConsole();
        builder.UseOrleansClient(client => client.UseAzure().AddAgentsClient());
        builder.Services.AddSingleton(new Heard(since));
        builder.Services.AddHostedService<Listener>();
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }

    private sealed class Listener(LifecycleSource source, Heard heard) : LifecycleConsumer(source)
    {
        protected override Task HandleAsync(JournalEvent e, CancellationToken stopping)
        {
            heard.Add(e);
            return Task.CompletedTask;
        }

        protected override Task<DateTimeOffset?> LoadAsync(CancellationToken stopping) => Task.FromResult(heard.Since);
    }
}

/// <summary>What a service was told.</summary>
internal sealed class Heard(DateTimeOffset? since)
{
    private readonly ConcurrentDictionary<string, List<JournalEvent>> _events = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _ends = new();

    public DateTimeOffset? Since => since;

    /// <summary>How long after its commit each event was heard.</summary>
    public ConcurrentQueue<TimeSpan> Behind { get; } = new();

    public IReadOnlyList<JournalEvent> Of(string run) => _events.GetValueOrDefault(run) ?? [];

    public Task EndOf(string run) => End(run).Task;

    public void Add(JournalEvent e)
    {
        Behind.Enqueue(DateTimeOffset.UtcNow - e.At);
        _events.GetOrAdd(e.JournalId, _ => []).Add(e);
        if (e.Type is "run.completed" or "run.failed" or "run.cancelled")
        {
            End(e.JournalId).TrySetResult();
        }
    }

    private TaskCompletionSource End(string run) => _ends.GetOrAdd(run, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
