using System.Text.Json;
using Microsoft.Extensions.Configuration;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Agents.Models;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Agents.Settings;
using OrleansAgents.Agents.Tools;
using OrleansAgents.Core.Facts;
using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;

namespace OrleansAgents.Agents.Catalog;

/// <inheritdoc cref="IAgentCatalog"/>
internal sealed class AgentCatalog : IAgentCatalog
{
    private readonly Dictionary<string, AgentDefinition> _agents = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Overrides> _overrides = new(StringComparer.OrdinalIgnoreCase);
    private readonly ModelRegistry _models;
    private readonly ToolRegistry _tools;

    /// <exception cref="InvalidSettingException">An agent names a tool or a model that does not exist.</exception>
    public AgentCatalog(IEnumerable<AgentDeclaration> declared, IConfiguration configuration, ToolRegistry tools, ModelRegistry models)
    {
        (_models, _tools) = (models, tools);
        foreach (var agent in AgentDeclaration.Read(declared, configuration))
        {
            if (models.Find(agent.Model) is null)
            {
                throw new InvalidSettingException(
                    $"Agents:{agent.Name}:Model is '{agent.Model}', which is not configured; models are {string.Join(", ", models.Names)}.");
            }

            if (agent.AllowModels?.FirstOrDefault(model => models.Find(model) is null) is { } unknown)
            {
                throw new InvalidSettingException(
                    $"Agents:{agent.Name}:AllowModels names '{unknown}', which is not configured; models are {string.Join(", ", models.Names)}.");
            }

            if (agent.Output is { } output && OutputSchema.Flaw(output) is { } flaw)
            {
                throw new InvalidSettingException($"The output of agent '{agent.Name}' cannot be asked for. {flaw}");
            }

            _agents[agent.Name] = new(
                agent.Name, agent.Description, agent.Instructions, agent.Model,
                [.. agent.Tools.Distinct().Select(tool => Find(agent, tool, tools)), .. agent.RemembersUser ? FactTool.All : []], agent.WindowTokens, agent.Output);
            _overrides[agent.Name] = new(agent.AllowInstructions, [.. new[] { agent.Model }.Union(agent.AllowModels ?? [], StringComparer.OrdinalIgnoreCase)]);
        }
    }

    public IReadOnlyCollection<AgentDefinition> Agents => _agents.Values;

    public AgentDefinition? Find(string agent) => _agents.GetValueOrDefault(agent);

    public Overrides OverridesOf(string agent) => _overrides[agent];

    public bool HasModel(string model) => _models.Find(model) is not null;

    public bool IsDemo(string model) => _models.Find(model)?.Settings.Provider == ModelSettings.Demo;

    public int MaxOutputTokens(string model) => _models.Find(model)?.Settings.MaxOutputTokens ?? ModelSettings.DefaultMaxOutputTokens;

    public Price? PriceOf(string model) => _models.Find(model)?.Settings.Price;

    public ToolHold? HoldOf(string tool, JsonElement arguments) => _tools.HoldOf(tool, arguments);

    public UnknownRule RuleOf(string tool) => _tools.RuleOf(tool);

    public bool AsksForApproval(string tool) => _tools.Find(tool)?.NeedsApproval is not null;

    /// <summary>Remembering is more than a tool, so it is not had by naming one.</summary>
    private static ToolDefinition Find(AgentDeclaration agent, string tool, ToolRegistry tools) => FactTool.Is(tool)
        ? throw new InvalidSettingException(
            $"Agents:{agent.Name}:Tools names '{tool}', which an agent has that remembers its user; set Agents:{agent.Name}:RemembersUser to true, or call RemembersUser() in code.")
        : tools.Find(tool)?.Definition ?? throw new InvalidSettingException(
            $"Agents:{agent.Name}:Tools names '{tool}', which is not a tool; tools are {string.Join(", ", tools.Names)}.");
}
