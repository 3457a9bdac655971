using System.Text.Json;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Execution;

/// <summary>How a dispatched call ended.</summary>
/// <param name="Text">The result as text (a string as it is, anything else as JSON), capped; null when it failed.</param>
internal sealed record ToolResult(string? Text, RunError? Error, ToolOutcome Outcome, long DurationMs);

/// <summary>What a tool's check found.</summary>
/// <param name="Text">With <see cref="CheckFinding.Done"/>: what the call returned.</param>
internal sealed record CheckResult(CheckFinding Finding, string? Text, RunError? Error);

/// <summary>Calls tools.</summary>
internal interface IToolCaller
{
    /// <summary>Dispatches at once. Never throws except <see cref="OperationCanceledException"/> when <c>cancellation</c> fires.</summary>
    /// <param name="onLate">Called when a call that timed out ends after all.</param>
    Task<ToolResult> CallAsync(string tool, JsonElement arguments, ToolCall call, Action<ToolResult> onLate, CancellationToken cancellation);

    /// <summary>Asks the tool's check about a call. Never throws except <see cref="OperationCanceledException"/> when <c>cancellation</c> fires.</summary>
    Task<CheckResult> CheckAsync(string tool, JsonElement arguments, ToolCall call, CancellationToken cancellation);
}

/// <summary>The agents and tools of this process, fixed at start.</summary>
internal interface IAgentCatalog
{
    IReadOnlyCollection<Core.AgentDefinition> Agents { get; }

    /// <summary>Null when there is no such agent.</summary>
    Core.AgentDefinition? Find(string agent);

    /// <summary>What a start may replace of an agent that there is. Today's declaration and configuration decide.</summary>
    Overrides OverridesOf(string agent);

    /// <summary>Whether a model configuration of this name exists.</summary>
    bool HasModel(string model);

    /// <summary>Whether the built-in demo model answers for this configuration.</summary>
    bool IsDemo(string model);

    /// <summary>The longest answer that the model may give, in tokens.</summary>
    int MaxOutputTokens(string model);

    /// <summary>What the model costs today; null where no price is configured.</summary>
    Core.Price? PriceOf(string model);

    /// <summary>Whether a call waits for a person: its tool is gone, takes other arguments now, or asks for approval. Today's tools decide.</summary>
    Core.ToolHold? HoldOf(string tool, JsonElement arguments);

    /// <summary>What follows when nobody knows whether a call of the tool took effect. Today's tools decide.</summary>
    Core.UnknownRule RuleOf(string tool);

    /// <summary>Whether the tool has a rule that asks for approval.</summary>
    bool AsksForApproval(string tool);
}
