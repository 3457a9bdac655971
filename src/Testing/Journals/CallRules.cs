using OrleansAgents.Events;

namespace OrleansAgents.Testing;

/// <summary>One tool call through its journal.</summary>
internal sealed class CallRules
{
    private int _attempt;
    private string? _key;
    private bool _completed;
    private bool _mayRepeat = true;

    /// <summary>Where a violation is told.</summary>
    public Action<bool, string> Require { get; set; } = static (_, _) => { };

    /// <summary>An intent is recorded, and nothing that ends it.</summary>
    public bool IsOpen { get; private set; }

    public void Begin(ToolStarted t, bool once)
    {
        Require(!_completed, "it has its result, and is called again");
        Require(!IsOpen, $"attempt {t.Attempt} begins while attempt {_attempt} is open");
        Require(t.Attempt == _attempt + 1, $"attempt {t.Attempt} follows attempt {_attempt}");
        Require(_key is null || _key == t.IdempotencyKey, "its idempotency key has changed");
        Require(!once || _mayRepeat, $"{t.Tool} must not happen twice, and is called again without anybody's word");
        (_attempt, _key, IsOpen, _mayRepeat) = (t.Attempt, t.IdempotencyKey, true, false);
    }

    public void Complete(int attempt)
    {
        End(attempt);
        Require(!_completed, "it has two results");
        _completed = true;
    }

    public void Fail(ToolFailed t)
    {
        End(t.Attempt);
        _mayRepeat = t.Outcome == ToolOutcome.NotStarted;
    }

    /// <summary>What a person is asked about is no longer awaited.</summary>
    public void Ask() => IsOpen = false;

    public void Decide(CallDecision decision) => _mayRepeat = decision == CallDecision.Retry;

    private void End(int attempt)
    {
        Require(IsOpen && attempt == _attempt, $"attempt {attempt} ends, which is not open");
        IsOpen = false;
    }
}
