using OrleansAgents.Events;

namespace OrleansAgents.Core.Requests;

/// <summary>Turns a run's events, in order, into the messages that its requests are made of.</summary>
internal sealed class RunMessages
{
    private readonly HashSet<string> _begun = [];
    private Dictionary<string, ToolCallRequest> _calls = [];

    /// <summary>What the event adds to the conversation; null when it adds nothing. Its texts must be whole (<see cref="Whole"/>).</summary>
    public RequestMessage? Take(RunEvent e)
    {
        if (e is ModelCompleted answer)
        {
            _calls = answer.ToolCalls.ToDictionary(c => c.CallId);
            _begun.Clear();
        }
        else if (e is ToolStarted call)
        {
            _begun.Add(call.CallId);
        }

        return ToMessage(e);
    }

    /// <summary>The tool of a call of the newest answer.</summary>
    public string? ToolOf(string callId) => _calls.GetValueOrDefault(callId)?.Tool;

    /// <summary>Texts of an event that are stored as bodies and must be fetched before <see cref="Take"/>.</summary>
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
        DecisionResolved { Decision: CallDecision.Fail, By: DecisionResolved.OnUnknownRule } d => Result(
            d.CallId, "Error: the outcome of this call is unknown; it is not tried again.", isError: true),
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
}
