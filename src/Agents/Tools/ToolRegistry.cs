using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Agents.Json;
using OrleansAgents.Agents.Settings;
using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;
using OrleansAgents.Runs;

namespace OrleansAgents.Agents.Tools;

/// <summary>A tool that can be called.</summary>
/// <param name="OutputCap">UTF-8 bytes.</param>
/// <param name="NeedsApproval">Which calls wait for a person; none where null.</param>
/// <param name="Check">Asks whether a call of unknown outcome took effect; null where the rule is another.</param>
internal sealed record RegisteredTool(
    ToolDefinition Definition, AIFunction Function, int OutputCap, Func<ToolArguments, bool>? NeedsApproval, UnknownRule OnUnknown, AIFunction? Check);

/// <summary>The tools of this process by name, fixed at start.</summary>
internal sealed partial class ToolRegistry
{
    private readonly Dictionary<string, RegisteredTool> _tools = new(StringComparer.Ordinal);

    /// <param name="agents">Name a tool to whoever has made a mistake in it.</param>
    /// <exception cref="InvalidSettingException">Two tools of one name, a value out of range, or a method that no model can call.</exception>
    public ToolRegistry(
        IEnumerable<ToolRegistration> registrations, IEnumerable<AgentDeclaration> agents, IServiceProviderIsService? services, ILogger<ToolRegistry> log)
    {
        // Two agents may share a tool that they declare alike.
        foreach (var registration in registrations.Distinct())
        {
            if (!_tools.TryAdd(registration.Name, Register(registration, agents, services)))
            {
                throw new InvalidSettingException($"There are two tools named '{registration.Name}'; give one of them another name, or declare it alike in both agents.");
            }

            if (registration.Effect is null)
            {
                LogUndeclared(log, registration.Name);
            }
        }
    }

    public IReadOnlyCollection<string> Names => _tools.Keys;

    public RegisteredTool? Find(string name) => _tools.GetValueOrDefault(name);

    /// <summary>What follows when nobody knows whether a call took effect; a tool that is gone can only be asked about.</summary>
    public UnknownRule RuleOf(string name) => Find(name)?.OnUnknown ?? UnknownRule.Ask;

    /// <summary>Whether a call waits for a person; null when it may start.</summary>
    public ToolHold? HoldOf(string name, JsonElement arguments)
    {
        if (!_tools.TryGetValue(name, out var tool))
        {
            return new($"{name} is no tool of this build. Bring it back and say retry, or say skip (go on without its result) or fail.", Approvable: false);
        }

        if (JsonSchemaCheck.Misfit(tool.Definition.Parameters, arguments) is { } misfit)
        {
            return new($"{name} takes other arguments in this build: {misfit} Mend the tool and say retry, or say skip (go on without its result) or fail.", Approvable: false);
        }

        return tool.NeedsApproval is { } rule && Asks(rule, arguments)
            ? new($"{name} needs a person's approval for these arguments. Say retry to call it, skip to go on without it, or fail to refuse it.", Approvable: true)
            : null;
    }

    /// <summary>A rule that cannot be asked counts as yes.</summary>
    private static bool Asks(Func<ToolArguments, bool> rule, JsonElement arguments)
    {
        try
        {
            return rule(new(arguments));
        }
        catch (Exception)
        {
            return true;
        }
    }

    private static RegisteredTool Register(ToolRegistration tool, IEnumerable<AgentDeclaration> agents, IServiceProviderIsService? services)
    {
        if (!ValidName().IsMatch(tool.Name))
        {
            throw new InvalidSettingException($"The tool name '{tool.Name}' is not valid; use up to 64 letters, digits, '_' and '-'.");
        }

        Check(tool, "timeout", tool.TimeoutSeconds, 1, 86_400);
        Check(tool, "number of retries", tool.Retries, 0, 10);
        Check(tool, "output cap", tool.OutputCap, 1, int.MaxValue);
        var names = string.Join(", ", agents.Where(a => a.Tools.Contains(tool.Name)).Select(a => $"'{a.Name}'"));
        var who = names.Length == 0 ? $"tool '{tool.Name}'" : $"tool '{tool.Name}' of agent {names}";
        var function = Bind(tool, who, services);
        if (ToolMisuse.Find(tool, function, who) is { } misuse)
        {
            throw new InvalidSettingException(misuse);
        }

        var definition = new ToolDefinition(
            tool.Name, function.Description, function.JsonSchema, tool.Effect ?? ToolEffect.AtMostOnce, tool.TimeoutSeconds, tool.Retries);
        var check = tool.OnUnknown.Method is { } method ? ToolBinding.BindCheck(tool, method, services) : null;
        return new(definition, function, tool.OutputCap, tool.NeedsApproval, tool.OnUnknown.Rule, check);
    }

    private static AIFunction Bind(ToolRegistration tool, string who, IServiceProviderIsService? services)
    {
        try
        {
            return ToolBinding.Bind(tool, services);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or InvalidOperationException)
        {
            throw new InvalidSettingException($"The parameters of {who} cannot be described to a model: {e.Message}");
        }
    }

    private static void Check(ToolRegistration tool, string what, int value, int min, int max)
    {
        if (value < min || value > max)
        {
            throw new InvalidSettingException($"The {what} of tool '{tool.Name}' is {value}; use {min} to {max}.");
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}$")]
    private static partial Regex ValidName();

    [LoggerMessage(LogLevel.Information, "Tool {Tool} does not declare its effect: it is called at most once, and a crash in the middle asks a person.")]
    private static partial void LogUndeclared(ILogger log, string tool);
}
