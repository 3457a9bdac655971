using System.Text.Json;
using OrleansAgents.Events;

namespace OrleansAgents.Execution;

/// <summary>How one model attempt ended. Exactly one request was sent.</summary>
internal abstract record ModelOutcome;

/// <summary>A whole answer: it had a finish reason.</summary>
/// <param name="Content">Parts in the order produced; neighbours of one kind are one part. Their concatenation equals the deltas.</param>
/// <param name="Calls">Tool calls in the order the model gave them.</param>
/// <param name="FinishReason"><c>stop</c>, <c>tool_calls</c> or <c>length</c>.</param>
/// <param name="Invalid">Why a final answer does not fit the definition's output schema, in words for the model; null when it does.</param>
internal sealed record ModelAnswer(
    IReadOnlyList<ContentPart> Content, IReadOnlyList<ProviderCall> Calls, Usage Usage, string FinishReason, string? Invalid = null) : ModelOutcome;

/// <summary>A tool call as the provider sent it.</summary>
/// <param name="Arguments">A JSON object; <c>{}</c> where they could not be parsed.</param>
/// <param name="Invalid">Why it must not be dispatched (malformed arguments, unknown tool, arguments that do not fit the schema, over 64 KB, cut off by <c>length</c>), in words for the model; null for a good call.</param>
internal sealed record ProviderCall(string ProviderCallId, string Tool, JsonElement Arguments, string? Invalid);

/// <summary>No answer.</summary>
/// <param name="RetryAfter">The provider's own wish.</param>
internal sealed record ModelFault(ModelFaultKind Kind, RunError Error, TimeSpan? RetryAfter = null) : ModelOutcome
{
    /// <summary>The provider itself was not there for anybody, as far as one request can tell.</summary>
    public bool IsOutage => Kind == ModelFaultKind.Transient && Error.Code is "rate_limited" or "server_error" or "unreachable" or "timeout" or "stalled";
}

internal enum ModelFaultKind
{
    /// <summary>429, 5xx, connection, TLS, cut stream, stall: tried again with back-off.</summary>
    Transient,

    /// <summary>401, 403, quota, unknown model: tried again every ten minutes.</summary>
    Provider,

    /// <summary>Content filter and requests that can never succeed: the run fails.</summary>
    Final,
}
