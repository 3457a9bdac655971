using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrleansAgents.Events;

namespace OrleansAgents.Core;

/// <summary>
/// <c>Assemble</c> for <c>window/1</c>: a request is the instructions, the input and the newest whole groups. Fed with events
/// in order; the same events, definition and pin give the same request, in the grain as they happen and in a reader later.
/// </summary>
/// <remarks>Each message is encoded and hashed once, when it enters, so that a step costs the same however long the run is.</remarks>
internal sealed class RequestWindow(AgentDefinition definition, string definitionHash, string input, IReadOnlyList<RequestMessage>? earlier = null)
{
    private readonly List<Entry> _earlier = [.. (earlier ?? []).Select(m => new Entry(0, m, Digest(m)))];
    private readonly Entry _input = new(0, new UserMessage(input), Digest(new UserMessage(input)));
    private readonly List<Entry> _entries = [];
    private readonly HashSet<string> _begun = [];
    private Dictionary<string, ToolCallRequest> _calls = [];
    private long _through;

    /// <summary>Takes an event in; its texts must be whole (<see cref="Whole"/>).</summary>
    public void Add(long seq, RunEvent e)
    {
        if (e is ModelStarted started)
        {
            _through = started.Context.Through;
            _entries.RemoveRange(0, _entries.FindIndex(x => x.Seq >= started.Context.From) is var i and >= 0 ? i : 0);
        }
        else if (e is ModelCompleted answer)
        {
            _calls = answer.ToolCalls.ToDictionary(c => c.CallId);
            _begun.Clear();
        }
        else if (e is ToolStarted call)
        {
            _begun.Add(call.CallId);
        }

        if (ToMessage(e) is { } message)
        {
            _entries.Add(new(seq, message, Digest(message), e is ModelCompleted ? _through : null));
        }
    }

    /// <summary>The request of the pinned window. A person's message stands after every answer that did not see it, and after that answer's results.</summary>
    public ModelRequest Build(ContextPin pin)
    {
        var digests = new ArrayBufferWriter<byte>(definitionHash.Length + (SHA256.HashSizeInBytes * (_earlier.Count + _entries.Count + 1)));
        Encoding.ASCII.GetBytes(definitionHash, digests);
        var messages = new List<RequestMessage>(_earlier.Count + _entries.Count + 1);
        _earlier.ForEach(Take);
        Take(_input);
        var said = new Queue<Entry>();
        foreach (var entry in _entries)
        {
            if (entry.Seq < pin.From || entry.Seq > pin.Through)
            {
                continue;
            }

            if (entry.Message is UserMessage)
            {
                said.Enqueue(entry);
                continue;
            }

            while (said.TryPeek(out var message) && message.Seq <= entry.Saw)
            {
                Take(said.Dequeue());
            }

            Take(entry);
        }

        while (said.TryDequeue(out var message))
        {
            Take(message);
        }

        return new(definition, messages, "sha256:" + Convert.ToHexStringLower(SHA256.HashData(digests.WrittenSpan)), pin.Tokens);

        void Take(Entry entry)
        {
            messages.Add(entry.Message);
            digests.Write(entry.Digest);
        }
    }

    /// <summary>All messages so far, without an answer whose calls have not all their results.</summary>
    public IReadOnlyList<RequestMessage> WholeGroups(long through)
    {
        var messages = Build(new(1, through, 0, "")).Messages.ToList();
        var last = messages.FindLastIndex(m => m is AssistantMessage { ToolCalls.Count: > 0 });
        if (last >= 0 && messages.Skip(last).Count(m => m is ToolMessage) < ((AssistantMessage)messages[last]).ToolCalls.Count)
        {
            return [.. messages.Where((m, i) => i < last || m is UserMessage)];
        }

        return messages;
    }

    /// <summary>Texts of an event that are stored as bodies and must be fetched before <see cref="Add"/>.</summary>
    public static IEnumerable<string> BodiesOf(RunEvent e) => (e switch
    {
        ModelCompleted m => m.Content.Select(p => p.Value),
        ToolCompleted t => [t.Result],
        DecisionResolved { Result: { } result } => [result],
        MessageReceived m => [m.Content],
        _ => Enumerable.Empty<Text>(),
    }).Where(t => t.Body is not null).Select(t => t.Body!.Ref);

    /// <summary>The event with its bodies put in.</summary>
    public static RunEvent Whole(RunEvent e, Func<string, string> body)
    {
        return e switch
        {
            ModelCompleted m => m with { Content = [.. m.Content.Select(Part)] },
            ToolCompleted t => t with { Result = Inline(t.Result) },
            DecisionResolved { Result: { } result } d => d with { Result = Inline(result) },
            MessageReceived m => m with { Content = Inline(m.Content) },
            _ => e,
        };

        Text Inline(Text t) => t.Body is { } b ? body(b.Ref) : t;

        ContentPart Part(ContentPart p) => p switch
        {
            TextPart t => new TextPart(Inline(t.Text)),
            ReasoningPart r => r with { Text = Inline(r.Text) },
            _ => p,
        };
    }

    private RequestMessage? ToMessage(RunEvent e) => e switch
    {
        MessageReceived m => new UserMessage(m.Content.Preview),
        ModelCompleted m => new AssistantMessage(m.Content, m.ToolCalls, m.Invalid),
        ToolCompleted t => Result(t.CallId, t.Result.Preview, isError: false),
        ToolFailed { WillRetry: false, Outcome: not ToolOutcome.Unknown } t => Result(t.CallId, $"Error: {t.Error.Message}", isError: true),
        DecisionResolved { Decision: not CallDecision.Retry } d when !_begun.Contains(d.CallId) => Result(
            d.CallId, d.Result?.Preview ?? "This call was not made: a person refused it.", isError: d.Decision == CallDecision.Fail),
        DecisionResolved { Decision: CallDecision.Skip } d => Result(
            d.CallId, d.Result?.Preview ?? "The outcome of this call is unknown; a person decided to go on without its result.", isError: false),
        DecisionResolved { Decision: CallDecision.Fail } d => Result(
            d.CallId, "Error: the call was given up by a person; whether it took effect is unknown.", isError: true),
        _ => null,
    };

    private ToolMessage? Result(string callId, string text, bool isError) =>
        _calls.TryGetValue(callId, out var call) ? new(callId, call.ProviderCallId, text, isError) : null;

    private static byte[] Digest(RequestMessage message) =>
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(message, CoreJson.Relaxed.RequestMessage));

    /// <param name="Saw">With an answer: the last seq that it saw.</param>
    private readonly record struct Entry(long Seq, RequestMessage Message, byte[] Digest, long? Saw = null);
}
