using Amqp.Framing;

namespace OrleansAgents.EventHubsServer;

/// <summary>An AMQP error with which the hub refuses a link or an event.</summary>
/// <param name="Condition">The symbol that the client maps to an exception, such as <c>amqp:not-allowed</c>.</param>
/// <param name="Description">The text of the exception.</param>
public sealed record Refusal(string Condition, string Description)
{
    /// <summary>The client throws <see cref="UnauthorizedAccessException"/> and does not retry.</summary>
    public static Refusal Unauthorized { get; } = new("amqp:unauthorized-access", "Unauthorized access. 'Send' or 'Listen' claim(s) are required to perform this operation.");

    /// <summary>The client throws <c>EventHubsException</c> with the reason <c>ServiceBusy</c> after its retries.</summary>
    public static Refusal ServerBusy { get; } = new("com.microsoft:server-busy", "The request was terminated because the namespace is being throttled.");

    /// <summary>The client throws <c>EventHubsException</c> with the reason <c>ServiceCommunicationProblem</c> after its retries.</summary>
    public static Refusal InternalError { get; } = new("amqp:internal-error", "The service was unable to process the request.");

    internal Error ToError() => new(Condition) { Description = Description };

    /// <summary>The client recognises a missing hub by the words of this text, not by the condition.</summary>
    internal static Refusal NotFound(string address) => new("amqp:not-found", $"The messaging entity '{address}' could not be found.");

    internal static Refusal NoPartition(string id) => new("com.microsoft:argument-out-of-range", $"The specified partition is invalid for an EventHub partition sender or receiver: '{id}'.");

    internal static Refusal TooLarge(int size, int limit) =>
        new("amqp:link:message-size-exceeded", $"The received message (size:{size} bytes) exceeds the limit ({limit} bytes) currently allowed on the link.");
}
