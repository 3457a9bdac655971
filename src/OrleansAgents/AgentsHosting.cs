using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents;
using OrleansAgents.Gateway;
using OrleansAgents.Silo;
using OrleansAgents.Telemetry;

// Where every ASP.NET Core program looks already.
namespace Microsoft.Extensions.Hosting;

/// <summary>Agents in a program of one's own: silo, gateway and a SQLite file in one process.</summary>
public static class AgentsHosting
{
    /// <summary>Adds everything that runs agents and shows their runs; agents are declared on what it returns.</summary>
    /// <remarks>
    /// Runs are durable in <c>Storage:ConnectionString</c> (<c>data/agents.db</c> under the working directory), which one process holds at a time.
    /// Listens on <c>http://127.0.0.1:5080</c> unless configured.
    /// </remarks>
    public static AgentsBuilder AddAgents(this IHostApplicationBuilder builder)
    {
        // The weakest source: what the program itself configures still wins.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData =
            [
                new("Logging:LogLevel:Orleans", "Error"), new("Logging:LogLevel:Polly", "Warning"),
                new("Logging:Console:LogLevel:RunTransitions", "Warning"),
            ],
        });
        builder.AddTelemetry();
        builder.AddAgentGateway();
        builder.Services.AddHostedService<ReadyLine>();
        return builder.AddEmbeddedSilo();
    }

    /// <summary>Maps the API, the live streams, the hub, the page and the health endpoints. Call it before other middleware.</summary>
    public static WebApplication MapAgents(this WebApplication app) => app.MapAgentGateway();
}
