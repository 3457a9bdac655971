using OrleansAgents.Azure;
using OrleansAgents.Gateway;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Live;
using OrleansAgents.Telemetry;

if (NewKey.IsAsked(args))
{
    return NewKey.Run(args, Console.Out, Console.Error);
}

if (HealthProbe.IsAsked(args))
{
    return await HealthProbe.RunAsync(Console.Out, Console.Error);
}

// Settings lie beside the program, so that it starts from any folder.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
try
{
    builder.AddTelemetry();
    builder.AddAgentGateway();
    builder.AddRemoteSilo();
    builder.Services.AddHostedService<GatewayReadyLine>();
    var app = builder.Build();
    app.MapAgentGateway();
    await AzureHosting.CheckAsync(app.Services);
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is InvalidOperationException or IOException)
{
    // What the user can mend is said in a sentence, not in a stack.
    await Console.Error.WriteLineAsync($"The gateway cannot start. {e.Message}");
    return 1;
}
