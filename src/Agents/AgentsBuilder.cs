using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Models.Settings;

namespace OrleansAgents;

/// <summary>Declares the agents of a program. Everything is checked when the program starts, before anything runs.</summary>
public sealed class AgentsBuilder
{
    internal AgentsBuilder(IServiceCollection services) => Services = services;

    /// <summary>The program's services: what tools take as parameters is found here.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Adds an agent; <c>Agents:&lt;name&gt;</c> in the configuration is laid over it.</summary>
    /// <param name="name">How runs name it, compared without case.</param>
    public AgentsBuilder AddAgent(string name, Action<AgentBuilder> declare)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(declare);
        var agent = new AgentBuilder(name);
        declare(agent);
        foreach (var tool in agent.Tools)
        {
            Services.AddTool(tool);
        }

        Services.AddAgent(agent.Build());
        return this;
    }

    /// <summary>Answers for a model name with a client of the program's own; it wins over <c>Models:&lt;name&gt;</c>.</summary>
    /// <param name="name"><c>default</c> is what agents use that name no other.</param>
    /// <param name="create">Called once. The client must honour its cancellation token, retry nothing and invoke no tool.</param>
    public AgentsBuilder AddModel(string name, Func<IServiceProvider, IChatClient> create)
    {
        Services.AddModel(new ModelSettings(name, "code"), create);
        return this;
    }
}
