using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace OrleansAgents.Demo;

/// <summary>Answers without a provider: searches and reads the documents through the agent's own tools, and quotes them.</summary>
/// <remarks>What it says is a pure function of the messages, so that a repeated attempt says the same.</remarks>
/// <param name="pace">Words a second, and 0.3 s before a tool call; 0 means no pause at all.</param>
internal sealed class DemoModel(int pace, TimeProvider time) : IChatClient
{
    private static readonly TimeSpan BeforeCall = TimeSpan.FromSeconds(0.3);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var move = DemoPlan.Next([.. messages], options);
        if (move.Calls.Count > 0)
        {
            await PauseAsync(BeforeCall, cancellationToken);
            yield return new(ChatRole.Assistant, [.. move.Calls]) { FinishReason = ChatFinishReason.ToolCalls };
            yield break;
        }

        foreach (var word in Words(move.Text))
        {
            yield return new(ChatRole.Assistant, word);
            await PauseAsync(TimeSpan.FromSeconds(1.0 / Math.Max(pace, 1)), cancellationToken);
        }

        yield return new(ChatRole.Assistant, (string?)null) { FinishReason = ChatFinishReason.Stop };
    }

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private Task PauseAsync(TimeSpan pause, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return pace == 0 ? Task.CompletedTask : Task.Delay(pause, time, cancellation);
    }

    /// <summary>The words with the spaces after them.</summary>
    private static IEnumerable<string> Words(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && !char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            while (end < text.Length && char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            yield return text[start..end];
            start = end;
        }
    }
}
