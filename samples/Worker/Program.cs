// A service beside the silos: starts a run for each question, and tells of every run that ends, whoever started it.
// dotnet run --project src/Silo, then: dotnet run --project samples/Worker -- "What is a run?" "What is a step?"
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansAgents.Azure;
using OrleansAgents.Client;
using OrleansAgents.Events;
using OrleansAgents.Lifecycle;

var builder = Host.CreateApplicationBuilder();
builder.UseOrleansClient(client => client.UseAzure().AddAgentsClient());
builder.Services.AddHostedService<EndedRuns>();
using var host = builder.Build();
await host.StartAsync();

var agents = host.Services.GetRequiredService<AgentsClient>();
foreach (var question in args)
{
    Console.WriteLine($"started {await agents.StartAsync(new("docs", question))}");
}

await host.WaitForShutdownAsync();

internal sealed class EndedRuns(LifecycleSource source) : LifecycleConsumer(source)
{
    protected override Task HandleAsync(JournalEvent e, CancellationToken stopping)
    {
        if (e.Type is "run.completed" or "run.failed" or "run.cancelled")
        {
            Console.WriteLine($"{e.Type} {e.JournalId}");
        }

        return Task.CompletedTask;
    }
}
