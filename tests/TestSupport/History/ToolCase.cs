using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Testing;

/// <summary>One tool call through its journal: intents, result, decisions.</summary>
internal sealed class ToolCase(ToolCallRequest call, IReadOnlyDictionary<string, ToolEffect> effects, Action<string> say)
{
    private readonly bool _once = effects.GetValueOrDefault(call.Tool, ToolEffect.AtMostOnce) == ToolEffect.AtMostOnce;
    private string? _key;
    private int _attempt;
    private bool _asked;
    private bool _unknown;
    private bool _mayRetry = true;

    public string Id => call.CallId;

    public bool Answered { get; private set; }

    /// <summary>An intent is recorded, and nothing that ends it.</summary>
    public bool IsOpen { get; private set; }

    public void Follow(Event e, long seq, bool cancelling)
    {
        switch (e)
        {
            case ToolStarted t:
                Begin(t, seq);
                break;
            case ToolCompleted t:
                End(t.Attempt, seq);
                Answer(seq);
                break;
            case ToolFailed t:
                Fail(t, seq, cancelling);
                break;
            case DecisionRequested:
                Require(IsOpen || _unknown, seq, "a decision is asked for, and nothing was called");
                (_asked, IsOpen, _unknown) = (true, false, false);
                Require(!Answered, seq, "a decision is asked for after its result");
                break;
            case DecisionResolved d:
                Require(_asked, seq, "a decision is taken that nobody asked for");
                _asked = false;
                _mayRetry = d.Decision == CallDecision.Retry;
                if (!_mayRetry)
                {
                    Answer(seq);
                }

                break;
        }
    }

    private void Begin(ToolStarted t, long seq)
    {
        Require(!Answered, seq, "it is called again after its result");
        Require(!IsOpen, seq, "an attempt begins while another is open");
        Require(t.Attempt == _attempt + 1, seq, $"attempt {t.Attempt} follows attempt {_attempt}");
        Require(_key is null || _key == t.IdempotencyKey, seq, "its idempotency key changed");
        Require(!_once || _mayRetry, seq, "a call that must not happen twice is tried again, and nobody said so");
        (_attempt, _key, IsOpen, _mayRetry) = (t.Attempt, t.IdempotencyKey, true, false);
    }

    private void Fail(ToolFailed t, long seq, bool cancelling)
    {
        if (t.Attempt > 0)
        {
            End(t.Attempt, seq);
        }

        Require(!_once || t.Outcome != ToolOutcome.Interrupted, seq, "a call that must not be cut was cut, and no decision was asked for");
        _unknown = t.Outcome == ToolOutcome.Unknown;
        _mayRetry = t.WillRetry && (!_once || t.Outcome == ToolOutcome.NotStarted);
        if (!t.WillRetry && (cancelling || t.Outcome != ToolOutcome.Unknown))
        {
            Answer(seq);
        }
    }

    private void End(int attempt, long seq)
    {
        Require(IsOpen && attempt == _attempt, seq, $"attempt {attempt} ends, which is not open");
        IsOpen = false;
    }

    private void Answer(long seq)
    {
        Require(!Answered, seq, "it has two results");
        Answered = true;
    }

    private void Require(bool holds, long seq, string otherwise)
    {
        if (!holds)
        {
            say($"{call.CallId} ({call.Tool}), event {seq}: {otherwise}.");
        }
    }
}
