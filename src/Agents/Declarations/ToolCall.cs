namespace OrleansAgents;

/// <summary>What a tool method is given beside the model's arguments; never shown to the model.</summary>
/// <param name="IdempotencyKey">The same for every attempt at this call, unique over all runs.</param>
public sealed record ToolCall(string RunId, int Step, string CallId, int Attempt, string IdempotencyKey);
