namespace OrleansAgents.Testing;

/// <summary>What a test waited for or claimed did not hold; the message says what held instead.</summary>
public sealed class AgentTestException : Exception
{
    internal AgentTestException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
