namespace OrleansAgents;

/// <summary>A tool's own refusal; its message is shown to the model as it is.</summary>
public sealed class ToolException(string message) : Exception(message);
