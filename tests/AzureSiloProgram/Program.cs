// The silo, with a grain that writes down every lifecycle event that reaches it by the stream alone, and an agent for load.
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.AzureSiloProgram;
using OrleansAgents.Runs;
using OrleansAgents.Samples.Docs;
using OrleansAgents.Silo;

var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.AddSilo().AddDocsAgent();
builder.Services.AddTool(new ToolRegistration((string text) => text, "echo") { Effect = ToolEffect.ReadOnly })
    .AddAgent(new AgentDeclaration("load", "Repeats.", "Repeat.", ["echo"]));
builder.Services.AddSingleton(new WitnessFile(builder.Configuration["Witness:File"]!));
if (builder.Configuration["Witness:StartFromNow"] is { } now)
{
    // Orleans' own default, which the product turns off; and a cache that lets no checkpoint be made before the silo is killed.
    builder.Services.PostConfigureAll<EventHubReceiverOptions>(o => o.StartFromNow = bool.Parse(now));
    builder.Services.PostConfigureAll<StreamCacheEvictionOptions>(o => (o.DataMinTimeInCache, o.DataMaxAgeInCache) = (TimeSpan.FromHours(1), TimeSpan.FromHours(1)));
}

builder.Services.AddHostedService<SiloReadyLine>();
return await Startup.RunOrExplainAsync(builder.Build, "The silo cannot start.");
