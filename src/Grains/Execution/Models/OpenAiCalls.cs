using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI.Chat;

namespace OrleansAgents.Execution;

/// <summary>Puts tool calls together from the chunks of the wire, and gives them with the finish reason.</summary>
/// <remarks>
/// The adapter beneath does so at the end of the stream only, throws at a call without an id, drops one without a name, and takes
/// empty arguments for malformed ones. It also passes over an error chunk in silence.
/// </remarks>
internal sealed class OpenAiCalls(IChatClient inner) : DelegatingChatClient(inner)
{
    /// <summary>Of all calls of an answer.</summary>
    private const int MaxArgumentBytes = 1024 * 1024;

    /// <summary>Error code of an answer in which the model refuses.</summary>
    public const string Refused = "Refusal";

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<Microsoft.Extensions.AI.ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        List<Call>? calls = null;
        var refusal = "";
        var arguments = 0L;
        await using var updates = base.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(updates, calls))
        {
            var update = updates.Current;
            if (update.RawRepresentation is not StreamingChatCompletionUpdate raw)
            {
                continue; // The adapter's own summary of calls and refusal.
            }

            // The look for an error reads the whole chunk again; one that says something is none, and no answer ends with it.
            if ((raw.FinishReason is not null || raw.ContentUpdate is not [{ Text.Length: > 0 }, ..]) && ErrorOf(raw) is { } error)
            {
                update.Contents.Add(error);
            }

            foreach (var piece in raw.ToolCallUpdates)
            {
                var bytes = Add(calls ??= [], piece);
                update.Contents.Add(new CallPiece(bytes));
                arguments += bytes;
            }

            if (calls is not null && (arguments > MaxArgumentBytes || calls.Exists(c => c.Arguments.Length > CallReader.MaxArgumentBytes)))
            {
                // Nobody can use them whatever follows, and a server that never ends must not be read for ever.
                calls.ForEach(call => update.Contents.Add(call.ToContent(isWhole: false)));
                update.FinishReason = Microsoft.Extensions.AI.ChatFinishReason.ToolCalls;
                yield return update;
                yield break;
            }

            refusal += raw.RefusalUpdate;
            if (raw.FinishReason is not null)
            {
                calls?.ForEach(call => update.Contents.Add(call.ToContent()));
                if (refusal.Length > 0)
                {
                    update.Contents.Add(new ErrorContent(refusal) { ErrorCode = Refused });
                }
            }

            yield return update;
        }
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, List<Call>? calls)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (ArgumentException) when (calls is { Count: > 0 } && calls.Exists(c => c.Id is null))
        {
            return false; // The adapter's summary failed on a call without an id; the calls were given already.
        }
    }

    /// <returns>Bytes of arguments that came.</returns>
    private static int Add(List<Call> calls, StreamingChatToolCallUpdate piece)
    {
        var id = string.IsNullOrEmpty(piece.ToolCallId) ? null : piece.ToolCallId;

        // Some servers leave the index out: another id at the same index is another call.
        var call = calls.FindLast(c => c.Index == piece.Index);
        if (call is null || (id is not null && call.Id is not null && call.Id != id))
        {
            calls.Add(call = new(piece.Index));
        }

        call.Id ??= id;
        call.Name ??= string.IsNullOrEmpty(piece.FunctionName) ? null : piece.FunctionName;
        if (piece.FunctionArgumentsUpdate is not { } arguments)
        {
            return 0;
        }

        _ = call.Arguments.Append(arguments);
        return arguments.ToMemory().Length;
    }

#pragma warning disable SCME0001 // The only way to members of a chunk that the client library does not know.
    private static ErrorContent? ErrorOf(StreamingChatCompletionUpdate raw)
    {
        if (!raw.Patch.TryGetJson("$.error"u8, out var json))
        {
            return null;
        }

        var error = ProviderError.Parse(json.Span);
        return new(error.Message ?? "no details") { ErrorCode = error.Code ?? error.Type ?? "error" };
    }
#pragma warning restore SCME0001

    private sealed class Call(int index)
    {
        public int Index { get; } = index;

        public string? Id { get; set; }

        public string? Name { get; set; }

        public StringBuilder Arguments { get; } = new();

        /// <param name="isWhole">The server has said that the call ends here; else one without arguments may have some to come.</param>
        public FunctionCallContent ToContent(bool isWhole = true)
        {
            var content = new FunctionCallContent(Id ?? "", Name ?? "");
            if (!isWhole && Arguments.Length == 0)
            {
                content.Exception = CallReader.UnusableException.TooLong;
                return content;
            }

            try
            {
                content.Arguments = CallReader.Parse(Arguments.ToString());
            }
            catch (InvalidOperationException)
            {
                content.Exception = CallReader.UnusableException.NotText;
            }
            catch (Exception e) when (e is JsonException or CallReader.UnusableException)
            {
                content.Exception = e;
            }

            return content;
        }
    }
}
