using OrleansAgents.Gateway;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Silo;
using OrleansAgents.Standalone;

if (NewKey.IsAsked(args))
{
    return NewKey.Run(args, Console.Out, Console.Error);
}

// Settings lie beside the program, so that it starts from any folder; documents and data lie where it is started.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.AddEmbeddedSilo();
builder.AddAgentGateway();
builder.Services.AddHostedService<ReadyLine>();
return await Startup.RunOrExplainAsync(() => builder.Build().MapAgentGateway(), "OrleansAgents cannot start.");
