namespace OrleansAgents.Gateway.Streams;

/// <summary>A client was cut because it did not read.</summary>
internal sealed class ClientTooSlowException() : OperationCanceledException("The client did not read in time and was cut.");
