using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace OrleansAgents.Telemetry;

/// <summary>Stands before a model's client and sees the moments when a request leaves and its first piece arrives.</summary>
internal sealed class WatchedModel(IChatClient inner) : DelegatingChatClient(inner)
{
    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var updates = base.GetStreamingResponseAsync(messages, options, cancellationToken);
        return ModelAttempt.Current is { } attempt ? WatchAsync(attempt, updates, cancellationToken) : updates;
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> WatchAsync(
        ModelAttempt attempt, IAsyncEnumerable<ChatResponseUpdate> updates, [EnumeratorCancellation] CancellationToken cancellation)
    {
        attempt.Leave();
        await foreach (var update in updates.WithCancellation(cancellation))
        {
            attempt.Seen();
            yield return update;
        }
    }
}
