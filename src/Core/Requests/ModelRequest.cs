using System.Text.Json.Serialization;
using OrleansAgents.Events;

namespace OrleansAgents.Core.Requests;

/// <summary>What a model is sent: assembled, not yet in any provider's form.</summary>
/// <param name="Definition">Instructions and tools.</param>
/// <param name="Messages">Oldest first; without earlier turns the first is the user's input, verbatim.</param>
/// <param name="Hash">SHA-256 over the definition's hash and each message's digest, as <c>sha256:…</c>.</param>
/// <param name="Tokens">Estimated tokens of the whole.</param>
internal sealed record ModelRequest(
    AgentDefinition Definition, IReadOnlyList<RequestMessage> Messages, string Hash, long Tokens);

/// <summary>What a call may take of its run's budget while it is open. Null where there is no limit.</summary>
/// <param name="Time">From the start of the call, by the monotonic clock.</param>
/// <param name="OutputTokens">Of the answer, as estimated while it comes.</param>
internal readonly record struct CallBudget(TimeSpan? Time, long? OutputTokens);

/// <summary>One message of a request. The discriminator is <c>role</c>. Texts are whole: bodies are resolved.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "role")]
[JsonDerivedType(typeof(UserMessage), "user")]
[JsonDerivedType(typeof(AssistantMessage), "assistant")]
[JsonDerivedType(typeof(ToolMessage), "tool")]
[JsonDerivedType(typeof(MemoryMessage), "memory")]
[JsonDerivedType(typeof(FactsMessage), "facts")]
internal abstract record RequestMessage;

internal sealed record UserMessage(string Text) : RequestMessage;

/// <summary>An earlier answer of the model; calls that were invalid are in it too, each answered by a <see cref="ToolMessage"/>.</summary>
/// <param name="Invalid">Why it was not taken as the output; the model is told so after it.</param>
internal sealed record AssistantMessage(
    IReadOnlyList<ContentPart> Content, IReadOnlyList<ToolCallRequest> ToolCalls, string? Invalid = null) : RequestMessage;

/// <summary>The result of a call, or the error that stands for it.</summary>
/// <param name="CallId">Ours.</param>
/// <param name="ProviderCallId">The provider's.</param>
internal sealed record ToolMessage(string CallId, string ProviderCallId, string Text, bool IsError) : RequestMessage;

/// <summary>What stands for older messages that are not here word for word. The system says it, never a person; to a provider it goes as a user's message.</summary>
internal sealed record MemoryMessage(string Text) : RequestMessage;

/// <summary>What was kept of the user in other runs, as it stood when this one began. The system says it, never a person; to a provider it goes as a user's message.</summary>
/// <param name="Ids">The facts that it tells.</param>
/// <param name="LeftOut">Valid facts that found no room.</param>
/// <param name="Untrusted">It tells something that rests on what a tool returned.</param>
internal sealed record FactsMessage(string Text, IReadOnlyList<string> Ids, int LeftOut, bool Untrusted) : RequestMessage;
