using System.Text.Json;

namespace OrleansAgents.Agents.Tools;

/// <summary>Calls tools.</summary>
internal interface IToolCaller
{
    /// <summary>Dispatches at once. Never throws except <see cref="OperationCanceledException"/> when <c>cancellation</c> fires.</summary>
    /// <param name="onLate">Called when a call that timed out ends after all.</param>
    Task<ToolResult> CallAsync(string tool, JsonElement arguments, ToolCall call, Action<ToolResult> onLate, CancellationToken cancellation);

    /// <summary>Asks the tool's check about a call. Never throws except <see cref="OperationCanceledException"/> when <c>cancellation</c> fires.</summary>
    Task<CheckResult> CheckAsync(string tool, JsonElement arguments, ToolCall call, CancellationToken cancellation);
}
