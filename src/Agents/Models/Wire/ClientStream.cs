using System.Text.Json;
using Microsoft.Extensions.AI;
using OrleansAgents.Agents.Json;
using OrleansAgents.Agents.Models.Answers;

namespace OrleansAgents.Agents.Models.Wire;

/// <summary>The updates of a client, read into an answer.</summary>
internal sealed class ClientStream(IAsyncEnumerator<ChatResponseUpdate> updates, ClientOpaque opaque) : IModelStream
{
    private bool _isReasoning, _isForeign;
    private long _kept;

    public async ValueTask<bool> ReadAsync(AnswerBuilder answer, CancellationToken cancellation)
    {
        if (await updates.MoveNextAsync())
        {
            Add(updates.Current, answer);
            return true;
        }

        // Some clients take a cancelled token for the end; else one that ends normally has said all.
        if (!cancellation.IsCancellationRequested)
        {
            EndReasoning(answer);
            if (_isForeign && answer.Finish is null)
            {
                answer.Add(new ErrorContent("the client's last update is no part of an answer, and there is no finish reason") { ErrorCode = "error" });
            }

            answer.End(ChatFinishReason.Stop);
        }

        return false;
    }

    public ValueTask DisposeAsync() => updates.DisposeAsync();

    private void Add(ChatResponseUpdate update, AnswerBuilder answer)
    {
        foreach (var content in update.Contents)
        {
            Add(content, answer);
        }

        // OllamaSharp makes such an update of an error in the middle of the stream, and ends as after a whole answer.
        _isForeign = update.Role?.Value is not (null or "assistant" or "tool" or "user" or "system")
            && update.Contents.All(c => c is TextContent { Text: "" });
        if (update.FinishReason is { } reason)
        {
            Finish(reason.Value, answer);
        }
    }

    private void Add(AIContent content, AnswerBuilder answer)
    {
        switch (content)
        {
            case TextContent { Text.Length: > 0 } text:
                EndReasoning(answer);
                answer.Say(text.Text);
                break;
            case TextReasoningContent reasoning:
                var kept = string.IsNullOrEmpty(reasoning.ProtectedData) ? null : Keep(reasoning.ProtectedData, reasoning.AdditionalProperties);
                answer.Reason(reasoning.Text, kept);
                _isReasoning = string.IsNullOrEmpty(reasoning.ProtectedData) && (_isReasoning || reasoning.Text.Length > 0);
                break;
            case FunctionCallContent { InformationalOnly: false } call:
                EndReasoning(answer);
                if (answer.Calls.Any(known => IsSame(known, call)))
                {
                    break; // Some clients end with an update that repeats the answer.
                }

                answer.Add(new FunctionCallContent(call.CallId, call.Name, call.Arguments ?? (call.Exception is null ? new Dictionary<string, object?>() : null))
                {
                    Exception = call.Exception,
                    AdditionalProperties = Keep(null, call.AdditionalProperties) is { } given ? new() { [Opaque.Key] = given } : null,
                });
                break;
            case UsageContent or ErrorContent:
                answer.Add(content);
                break;
            default:
                break; // Content of a kind that this product does not show, or a call that the provider has made itself.
        }
    }

    /// <summary>Null for nothing, or for more than an answer may have.</summary>
    private string? Keep(string? data, AdditionalPropertiesDictionary? properties) =>
        opaque.Keep(data, properties) is { } kept && (_kept += kept.Length) <= ClientOpaque.MostCharacters ? kept : null;

    /// <summary>The same call under the same id. Calls without ids are different calls.</summary>
    private static bool IsSame(FunctionCallContent known, FunctionCallContent call) => call.CallId is { Length: > 0 } && known.CallId == call.CallId && known.Name == call.Name
        && Json(known) is { } json && json == Json(call);

    /// <summary>Null for arguments that have no form in JSON: they are refused later, in words.</summary>
    private static string? Json(FunctionCallContent call)
    {
        try
        {
            return JsonSerializer.Serialize(call.Arguments ?? new Dictionary<string, object?>(), ToolJson.Options);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Reasoning without data of its own is marked, so that it goes back to this client alone.</summary>
    private void EndReasoning(AnswerBuilder answer)
    {
        if (_isReasoning)
        {
            answer.Reason("", opaque.Mark);
            _isReasoning = false;
        }
    }

    /// <summary>Clients hand out the words of their servers too.</summary>
    private static void Finish(string word, AnswerBuilder answer)
    {
        if (FinishWord.IsBrokenOff(word) && answer.Finish is null)
        {
            answer.Add(new ErrorContent($"it ended with '{word}'") { ErrorCode = "error" });
        }

        answer.End(FinishWord.Of(word));
    }
}
