
namespace OrleansAgents.Core.Runs;

/// <summary>An open effect, named so that it is started once.</summary>
/// <param name="Attempt">With a check: which one of the call.</param>
/// <param name="CallId">The tool call; null for the model call.</param>
/// <param name="IsCheck">The tool's check is asked about the call.</param>
internal readonly record struct Effect(int Step, int Attempt, string? CallId, bool IsCheck = false);
