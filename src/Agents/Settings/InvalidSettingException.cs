namespace OrleansAgents.Agents.Settings;

/// <summary>A value of the configuration cannot be used. The message is one sentence that names the key.</summary>
public sealed class InvalidSettingException(string message) : Exception(message);
