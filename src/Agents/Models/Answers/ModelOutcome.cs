using System.Text.Json;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;

namespace OrleansAgents.Agents.Models.Answers;

/// <summary>How one model attempt ended. Exactly one request was sent.</summary>
internal abstract record ModelOutcome;

/// <summary>An answer: whole, or cut at a bound of ours with what was said so far.</summary>
/// <param name="Content">Parts in the order produced; neighbours of one kind are one part. Their concatenation equals the deltas.</param>
/// <param name="Calls">Tool calls in the order the model gave them.</param>
/// <param name="FinishReason"><c>stop</c>, <c>tool_calls</c>, <c>length</c>, or <c>interrupted</c> where the run's budget ended in the middle.</param>
/// <param name="Invalid">Why a final answer does not fit the definition's output schema, in words for the model; null when it does.</param>
/// <param name="Output">The final answer's JSON, where its text has something around it, see <see cref="BareJson"/>.</param>
internal sealed record ModelAnswer(
    IReadOnlyList<ContentPart> Content, IReadOnlyList<ProviderCall> Calls, Usage Usage, string FinishReason, string? Invalid = null, string? Output = null) : ModelOutcome;

/// <summary>A tool call as the provider sent it.</summary>
/// <param name="Arguments">A JSON object; <c>{}</c> where they could not be parsed.</param>
/// <param name="Protected">Opaque data that the provider wants back, see <see cref="Opaque"/>.</param>
/// <param name="Invalid">Why it must not be dispatched (malformed arguments, unknown tool, arguments that do not fit the schema, over 64 KB, cut off by <c>length</c>), in words for the model; null for a good call.</param>
internal sealed record ProviderCall(string ProviderCallId, string Tool, JsonElement Arguments, string? Invalid, string? Protected = null);

/// <summary>No answer.</summary>
/// <param name="RetryAfter">The provider's own wish; with <see cref="FaultKind.Provider"/> the time until the next probe of the model.</param>
/// <param name="Plain">The error's message without the provider's words, where these may repeat what one user said.</param>
/// <param name="Used">What was received before the answer broke off; null where nothing was.</param>
internal sealed record ModelFault(FaultKind Kind, RunError Error, TimeSpan? RetryAfter = null, Usage? Used = null, string? Plain = null) : ModelOutcome
{
    /// <summary>The provider itself was not there for anybody, as far as one request can tell.</summary>
    public bool IsOutage => Kind == FaultKind.Transient
        && Error.Code is "rate_limited" or "server_error" or "unreachable" or "timeout" or "stalled" or "no_first_token";
}
