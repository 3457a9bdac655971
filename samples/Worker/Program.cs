// A service beside the silos: starts a run for each question, and tells of every run that ends, whoever started it.
// dotnet run --project src/Silo, then: dotnet run --project samples/Worker -- "What is a run?" "What is a step?"
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OrleansAgents.Azure;
using OrleansAgents.Client;
using OrleansAgents.Client.Lifecycle;
using OrleansAgents.Events;
using OrleansAgents.Telemetry;

var builder = Host.CreateApplicationBuilder();
builder.UseOrleansClient(client => client.UseAzure().AddAgentsClient());
builder.Services.AddHostedService<EndedRuns>();
if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
{
    // What it handles is then seen in the trace of the request that started the run.
    builder.Services.AddOpenTelemetry()
        .WithTracing(t => t.AddSource(AgentTelemetry.Name))
        .WithMetrics(m => m.AddMeter("Microsoft.Orleans", "System.Runtime"))
        .WithLogging()
        .UseOtlpExporter();
}

using var host = builder.Build();
await host.StartAsync();
Console.WriteLine("Worker is ready.");

var agents = host.Services.GetRequiredService<AgentsClient>();
foreach (var question in args)
{
    Console.WriteLine($"started {await agents.StartAsync(new("docs", question))}");
}

await host.WaitForShutdownAsync();

internal sealed class EndedRuns(LifecycleSource source) : LifecycleConsumer(source)
{
    protected override bool Handles(string type) => type is "run.completed" or "run.failed" or "run.cancelled";

    protected override Task HandleAsync(JournalEvent e, CancellationToken stopping)
    {
        Console.WriteLine($"{e.Type} {e.JournalId}");
        return Task.CompletedTask;
    }
}
