using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansAgents.Grains.Telemetry;
using OrleansAgents.Silo;

namespace OrleansAgents.Testing;

/// <summary>A real silo in this process from its start to its stop or crash.</summary>
internal sealed class SiloLife : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly SeverableJournal _line;

    private SiloLife(IHost host, SeverableJournal line) => (_host, _line) = (host, line);

    public IServiceProvider Services => _host.Services;

    /// <summary>Ends when nothing of it reaches the journal any more.</summary>
    public Task Dead => _line.Severed;

    /// <param name="add">What the silo runs, added last.</param>
    public static async Task<SiloLife> StartAsync(
        SeverableJournal line, IReadOnlyDictionary<string, string?> settings, Action<HostApplicationBuilder>? add = null,
        Action<ISiloBuilder>? silo = null, int gatewayPort = 0)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings);

        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter((category, level) => level >= Least(category) && !line.IsCut).AddConsole();

        // Orleans has its own clock, by key: where a test's stands in another year or skips a week, a silo would think that it had tried
        // to join all that time, and end its process.
        builder.Services.AddKeyedSingleton(KeyedService.AnyKey, static (_, _) => TimeProvider.System);
        builder.UseOrleans(s =>
        {
            s.UseLoopbackByDefault(Ports.Free(), gatewayPort).TuneForRuns();
            silo?.Invoke(s);
        });
        builder.Services.AddRuns(builder.Configuration);
        builder.Services.AddJournal(_ => line);
        add?.Invoke(builder);
        var host = builder.Build();
        try
        {
            await host.StartAsync();
        }
        catch
        {
            host.Dispose();
            throw;
        }

        return new(host, line);
    }

    /// <summary>Ends it as kill -9 would: nothing of it reaches the journal any more, what it owned still seems to be owned.</summary>
    public async Task CrashAsync()
    {
        _line.Cut();
        await _host.StopAsync(new CancellationToken(canceled: true));
        _host.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    /// <summary>What is told: nothing of who has crashed, and of Orleans no advice on how to run it.</summary>
    private static LogLevel Least(string? category) =>
        category?.StartsWith("Orleans.", StringComparison.Ordinal) == true || category == "Polly" ? LogLevel.Error : LogLevel.Warning;
}
