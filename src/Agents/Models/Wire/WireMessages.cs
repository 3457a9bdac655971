using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Models.Settings;
using OrleansAgents.Core.Requests;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>Adapts the messages of a request to the rules of its server. Pure.</summary>
internal static class WireMessages
{
    private const int LongestId = 40;
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static List<ChatMessage> Of(ModelRequest request, ModelSettings settings)
    {
        var wire = settings.Wire;
        var messages = RequestConverter.Messages(request, settings.Origin);
        if (request.Definition.Output is { } schema && wire.Structured != StructuredOutput.JsonSchema)
        {
            // Without a schema mode the model knows the schema only from the messages. JSON mode also requires the word JSON in them.
            var form = $"Answer with nothing but a JSON document that fits this JSON schema:\n{schema.GetRawText()}";
            if (messages is [{ } first, ..] && first.Role == ChatRole.System)
            {
                messages[0] = new(ChatRole.System, $"{first.Text}\n\n{form}");
            }
            else
            {
                messages.Insert(0, new(ChatRole.System, form));
            }
        }

        if (wire.AlternatesRoles)
        {
            Alternate(messages);
        }

        return messages;
    }

    /// <summary>The id of a call in a form that the server accepts. Deterministic, so that a call and its result agree in every request.</summary>
    public static string CallId(string id, CallIds form)
    {
        var takes = form == CallIds.Nine ? id.Length == 9 && id.All(char.IsAsciiLetterOrDigit) : form == CallIds.Any || id.Length <= LongestId;
        if (takes)
        {
            return id;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(id));
        return form == CallIds.Nine
            ? string.Create(9, hash, static (text, bytes) => { for (var i = 0; i < text.Length; i++) { text[i] = Alphabet[bytes[i] % Alphabet.Length]; } })
            : $"call_{Convert.ToHexStringLower(hash.AsSpan(0, 16))}";
    }

    /// <summary>Merges neighbouring messages of one role, and separates a tool's result from a user's message by an assistant's.</summary>
    private static void Alternate(List<ChatMessage> messages)
    {
        for (var i = messages.Count - 1; i > 0; i--)
        {
            var (before, message) = (messages[i - 1], messages[i]);
            if (message.Role == before.Role && message.Role != ChatRole.Tool && IsText(message) && IsText(before))
            {
                messages[i - 1] = new(message.Role, $"{before.Text}\n\n{message.Text}");
                messages.RemoveAt(i);
            }
            else if (message.Role == ChatRole.User && before.Role == ChatRole.Tool)
            {
                messages.Insert(i, new(ChatRole.Assistant, "I have the results."));
            }
        }
    }

    private static bool IsText(ChatMessage message) => message.Contents.All(c => c is TextContent);
}
