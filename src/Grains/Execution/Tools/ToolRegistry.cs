using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansAgents.Core;
using OrleansAgents.Runs;

namespace OrleansAgents.Execution;

/// <summary>A tool that can be called.</summary>
/// <param name="OutputCap">UTF-8 bytes.</param>
internal sealed record RegisteredTool(ToolDefinition Definition, AIFunction Function, int OutputCap);

/// <summary>The tools of this process by name, fixed at start.</summary>
internal sealed partial class ToolRegistry
{
    private readonly Dictionary<string, RegisteredTool> _tools = new(StringComparer.Ordinal);

    /// <exception cref="InvalidSettingException">Two tools of one name, or a value out of range.</exception>
    public ToolRegistry(IEnumerable<ToolRegistration> registrations, IServiceProviderIsService? services, ILogger<ToolRegistry> log)
    {
        foreach (var registration in registrations)
        {
            if (!_tools.TryAdd(registration.Name, Register(registration, services)))
            {
                throw new InvalidSettingException($"There are two tools named '{registration.Name}'; give one of them another name.");
            }

            if (registration.Effect is null)
            {
                LogUndeclared(log, registration.Name);
            }
        }
    }

    public IReadOnlyCollection<string> Names => _tools.Keys;

    public RegisteredTool? Find(string name) => _tools.GetValueOrDefault(name);

    private static RegisteredTool Register(ToolRegistration tool, IServiceProviderIsService? services)
    {
        if (!ValidName().IsMatch(tool.Name))
        {
            throw new InvalidSettingException($"The tool name '{tool.Name}' is not valid; use up to 64 letters, digits, '_' and '-'.");
        }

        Check(tool, "timeout", tool.TimeoutSeconds, 1, 86_400);
        Check(tool, "number of retries", tool.Retries, 0, 10);
        Check(tool, "output cap", tool.OutputCap, 1, int.MaxValue);
        var function = ToolBinding.Bind(tool, services);
        var definition = new ToolDefinition(
            tool.Name, function.Description, function.JsonSchema, tool.Effect ?? ToolEffect.AtMostOnce, tool.TimeoutSeconds, tool.Retries);
        return new(definition, function, tool.OutputCap);
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
