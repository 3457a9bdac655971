using OrleansAgents.Events;

namespace OrleansAgents.Agents.Tools;

/// <summary>How a dispatched call ended.</summary>
/// <param name="Text">The result as text (a string as it is, anything else as JSON), capped; null when it failed.</param>
internal sealed record ToolResult(string? Text, RunError? Error, ToolOutcome Outcome, long DurationMs);

/// <summary>What a tool's check found.</summary>
/// <param name="Text">With <see cref="CheckFinding.Done"/>: what the call returned.</param>
internal sealed record CheckResult(CheckFinding Finding, string? Text, RunError? Error);
