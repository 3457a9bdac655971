using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansAgents.Samples.Docs;
using OrleansAgents.Silo;
using OrleansAgents.Silo.Store;
using OrleansAgents.Telemetry;

if (StoreCommands.IsAsked(args))
{
    return await StoreCommands.RunAsync(args, Console.Out, Console.Error);
}

// Settings lie beside the program, so that it starts from any folder; documents and data lie where it is started.
var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });
return await Startup.RunOrExplainAsync(Build, "The silo cannot start.");

IHost Build()
{
    builder.AddTelemetry();
    builder.AddSilo().AddDocsAgent();
    builder.Services.AddHostedService<SiloReadyLine>();
    return builder.Build();
}
