using OrleansAgents.Events;

namespace OrleansAgents.Gateway.Runs;

/// <summary>Starts a run.</summary>
/// <param name="Agent">Name of the agent.</param>
/// <param name="Input">The user's message; 1 MiB at most.</param>
/// <param name="ThreadId">Starts the run as the next turn of this thread; refused while one is at work.</param>
/// <param name="Model">Name of a model configuration that the agent allows; the agent's own when absent.</param>
/// <param name="Instructions">Replaces the agent's instructions for this run, where the agent allows it.</param>
/// <param name="Metadata">The caller's own names and values, 16 at most, returned unchanged.</param>
/// <param name="Budget">What the run may use before it pauses.</param>
/// <param name="StartAt">Not before this time.</param>
/// <param name="OutputSchema">JSON schema that the answer must fit, 32 KB at most; the agent's own when absent.</param>
/// <param name="Stream">Answers with the event stream of the run.</param>
internal sealed record StartRequest(
    string? Agent = null, string? Input = null, string? ThreadId = null, string? Model = null, string? Instructions = null,
    Dictionary<string, string>? Metadata = null, Budget? Budget = null, DateTimeOffset? StartAt = null,
    RawJson? OutputSchema = null, bool Stream = false)
{
    public StartRequest()
        : this(Agent: null)
    {
    }
}

/// <param name="Mode">How calls in flight end.</param>
internal sealed record PauseRequest(PauseMode Mode = PauseMode.Step)
{
    public PauseRequest()
        : this(PauseMode.Step)
    {
    }
}

/// <param name="Input">The message; 1 MiB at most.</param>
/// <param name="Delivery">Whether the open model call goes on or is cut.</param>
internal sealed record MessageRequest(string? Input = null, MessageDelivery Delivery = MessageDelivery.Steer)
{
    public MessageRequest()
        : this(Input: null)
    {
    }
}

/// <summary>Says what the user thinks of the answer.</summary>
/// <param name="Value"><c>none</c> takes an earlier judgement back.</param>
/// <param name="Note">2,000 characters at most.</param>
internal sealed record FeedbackRequest(FeedbackValue? Value = null, string? Note = null)
{
    public FeedbackRequest()
        : this(Value: null)
    {
    }
}

internal sealed record ResumeRequest;

internal sealed record RetryRequest;

/// <param name="Reason">For people; kept with the run.</param>
/// <param name="Rollback">Refused: nothing can be rolled back yet.</param>
internal sealed record CancelRequest(string? Reason = null, bool Rollback = false)
{
    public CancelRequest()
        : this(Reason: null)
    {
    }
}

/// <summary>Answers what a run waits for.</summary>
/// <param name="Decision">What follows for the call of unknown outcome.</param>
/// <param name="Result">With <c>skip</c>: what the model is told that the call returned.</param>
internal sealed record ResolveRequest(CallDecision? Decision = null, string? Result = null)
{
    public ResolveRequest()
        : this(Decision: null)
    {
    }
}
