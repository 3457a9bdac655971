using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Core.Requests;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>The messages of a request as an <see cref="IChatClient"/> expects them.</summary>
internal static class ClientMessages
{
    /// <param name="origin">Whose opaque data goes with it.</param>
    public static List<ChatMessage> Of(ModelRequest request, string origin, ClientOpaque opaque)
    {
        var messages = new List<ChatMessage>();
        foreach (var message in RequestConverter.Messages(request, origin))
        {
            if (message.Role == ChatRole.Assistant && !GiveBack(message, opaque))
            {
                continue;
            }

            if (message.Role == ChatRole.Tool && messages is [.., { } before] && before.Role == ChatRole.Tool)
            {
                // Anthropic wants the results of one answer in one message.
                before.Contents = [.. before.Contents, .. message.Contents];
                continue;
            }

            messages.Add(message);
        }

        return messages;
    }

    /// <summary>False where nothing is left that may be sent.</summary>
    private static bool GiveBack(ChatMessage message, ClientOpaque opaque)
    {
        var contents = message.Contents.Select(content => GiveBack(content, opaque)).OfType<AIContent>().ToList();
        while (contents is [.., TextReasoningContent])
        {
            // No provider takes an answer that ends with its reasoning.
            contents.RemoveAt(contents.Count - 1);
        }

        message.Contents = contents;
        return contents.Count > 0;
    }

    /// <summary>Null for the reasoning of another client, and for reasoning that was cut: Anthropic refuses the request with it.</summary>
    private static AIContent? GiveBack(AIContent content, ClientOpaque opaque)
    {
        switch (content)
        {
            case TextReasoningContent reasoning:
                return opaque.TryRead(reasoning.ProtectedData, out var data, out var properties)
                    ? new TextReasoningContent(reasoning.Text) { ProtectedData = data, AdditionalProperties = properties }
                    : null;
            case FunctionCallContent { AdditionalProperties: { } kept } call:
                _ = opaque.TryRead(kept.GetValueOrDefault(Opaque.Key) as string, out _, out var given);
                call.AdditionalProperties = given;
                return call;
            default:
                return content;
        }
    }
}
