namespace OrleansAgents.Core;

/// <summary>Why a call does not start by itself today.</summary>
/// <param name="Why">The question to a person.</param>
/// <param name="Approvable">A person's yes is enough; otherwise the tool itself must change first.</param>
internal sealed record ToolHold(string Why, bool Approvable);
