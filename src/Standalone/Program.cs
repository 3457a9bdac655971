using OrleansAgents.Gateway;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Samples.Docs;
using OrleansAgents.Silo;
using OrleansAgents.Silo.Store;

if (NewKey.IsAsked(args))
{
    return NewKey.Run(args, Console.Out, Console.Error);
}

if (HealthProbe.IsAsked(args))
{
    return await HealthProbe.RunAsync(Console.Out, Console.Error);
}

if (StoreCommands.IsAsked(args))
{
    return await StoreCommands.RunAsync(args, Console.Out, Console.Error);
}

// Settings lie beside the program, so that it starts from any folder; documents and data lie where it is started.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
return await Startup.RunOrExplainAsync(Build, "OrleansAgents cannot start.");

IHost Build()
{
    builder.AddAgents().AddDocsAgent();
    return builder.Build().MapAgents();
}
