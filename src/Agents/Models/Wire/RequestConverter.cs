using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>The tools of one definition in the client library's form, made once.</summary>
internal sealed class PreparedTools
{
    private static readonly ConditionalWeakTable<IReadOnlyList<ToolDefinition>, PreparedTools> Cache = [];

    private PreparedTools(IReadOnlyList<ToolDefinition> tools)
    {
        ByName = tools.ToDictionary(t => t.Name, StringComparer.Ordinal);
        Declarations = [.. tools.Select(t => (AITool)AIFunctionFactory.CreateDeclaration(t.Name, t.Description, t.Parameters))];
    }

    public IReadOnlyDictionary<string, ToolDefinition> ByName { get; }

    /// <summary>Declarations only: nothing here can be invoked.</summary>
    public IList<AITool> Declarations { get; }

    public static PreparedTools Of(IReadOnlyList<ToolDefinition> tools) => Cache.GetValue(tools, static t => new(t));
}

/// <summary>Converts an assembled request to the client library's messages.</summary>
internal static class RequestConverter
{
    /// <param name="origin">Who is asked: opaque data of another provider is left out.</param>
    public static List<ChatMessage> Messages(ModelRequest request, string origin)
    {
        var messages = new List<ChatMessage>(request.Messages.Count + 1);
        if (request.Definition.Instructions.Length > 0)
        {
            messages.Add(new(ChatRole.System, request.Definition.Instructions));
        }

        foreach (var message in request.Messages)
        {
            if (!IsSilent(message))
            {
                messages.Add(Message(message, origin));
            }

            if (message is AssistantMessage { Invalid: { } invalid })
            {
                messages.Add(new(ChatRole.User, invalid + " Answer again, with nothing but JSON that fits the schema."));
            }
        }

        // An answer that was stopped and is gone on with: several servers refuse a request that ends in the model's own words, or take them for a prefix.
        if (messages is [.., { } last] && last.Role == ChatRole.Assistant)
        {
            messages.Add(new(ChatRole.User, "Your answer was stopped here. " + (request.Definition.Output is null
                ? "Go on from where it ends."
                : "Begin again from its beginning.")));
        }

        return messages;
    }

    /// <summary>An answer without text and calls, such as one that was stopped while it reasoned, has no form on any wire, whatever else came with it.</summary>
    private static bool IsSilent(RequestMessage message) => message is AssistantMessage { ToolCalls.Count: 0 } said
        && !said.Content.Any(p => p is TextPart text && !string.IsNullOrWhiteSpace(text.Text.Preview));

    private static ChatMessage Message(RequestMessage message, string origin) => message switch
    {
        UserMessage user => new(ChatRole.User, user.Text),
        MemoryMessage memory => new(ChatRole.User, memory.Text),
        FactsMessage facts => new(ChatRole.User, facts.Text),
        AssistantMessage assistant => new(ChatRole.Assistant, Contents(assistant, origin)),
        ToolMessage tool => new(ChatRole.Tool, [new FunctionResultContent(tool.ProviderCallId, tool.Text)]),
        _ => throw new InvalidOperationException($"A message of type {message.GetType().Name} has no form for a provider."),
    };

    public static ChatOptions Options(AgentDefinition definition, int maxOutputTokens) => new()
    {
        MaxOutputTokens = maxOutputTokens,
        Tools = definition.Tools.Count == 0 ? null : PreparedTools.Of(definition.Tools).Declarations,
        ResponseFormat = definition.Output is { } schema ? ChatResponseFormat.ForJsonSchema(schema, "output") : null,
    };

    private static List<AIContent> Contents(AssistantMessage message, string origin)
    {
        var contents = new List<AIContent>(message.Content.Count + message.ToolCalls.Count);
        foreach (var part in message.Content)
        {
            var data = part is ReasoningPart said ? Opaque.For(origin, said.Protected) : null;
            if (part is ReasoningPart { Protected: not null } && data is null)
            {
                continue; // Another provider's.
            }

            contents.Add(part switch
            {
                TextPart text => new TextContent(text.Text.Inline ?? text.Text.Preview),
                ReasoningPart reasoning => new TextReasoningContent(reasoning.Text.Inline ?? reasoning.Text.Preview) { ProtectedData = data },
                _ => throw new InvalidOperationException($"A part of type {part.GetType().Name} has no form for a provider."),
            });
        }

        foreach (var call in message.ToolCalls)
        {
            contents.Add(new FunctionCallContent(call.ProviderCallId, call.Tool, Arguments(call.Arguments))
            {
                AdditionalProperties = Opaque.For(origin, call.Protected) is { } data ? new() { [Opaque.Key] = data } : null,
            });
        }

        return contents;
    }

    private static Dictionary<string, object?> Arguments(JsonElement arguments)
    {
        var result = new Dictionary<string, object?>();
        if (arguments.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in arguments.EnumerateObject())
            {
                result[property.Name] = property.Value;
            }
        }

        return result;
    }
}
