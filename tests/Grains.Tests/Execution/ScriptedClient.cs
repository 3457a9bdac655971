using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace OrleansAgents.Grains.Tests.Execution;

/// <summary>A client in this process that gives the same updates to every request.</summary>
internal sealed class ScriptedClient(params IReadOnlyList<ChatResponseUpdate> updates) : IChatClient
{
    /// <summary>Contents of one update each, then <c>stop</c>.</summary>
    public static ScriptedClient Of(params IEnumerable<AIContent> contents) =>
        new([.. contents.Select(c => new ChatResponseUpdate(ChatRole.Assistant, [c])), new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop }]);

    /// <summary>Whom the client says it asks.</summary>
    public Uri? Server { get; init; }

    /// <summary>The messages of the last request.</summary>
    public IReadOnlyList<ChatMessage> Asked { get; private set; } = [];

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Asked = [.. messages];
        return updates.ToAsyncEnumerable();
    }

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("scripted", Server) : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }
}

/// <summary>A client that counts its requests and answers none before it is released.</summary>
internal sealed class HeldClient : IChatClient
{
    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Started { get; private set; }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Started++;
        await Release.Task.WaitAsync(cancellationToken);
        yield return new(ChatRole.Assistant, "ok") { FinishReason = ChatFinishReason.Stop };
    }

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }
}
