namespace OrleansAgents.Grains.Runs;

/// <summary>An effect in flight. Thread-safe.</summary>
/// <param name="repeatable">It may be cut and done again.</param>
/// <param name="since">When its intent was on disk, monotonic.</param>
internal sealed class Running(bool repeatable, long since)
{
    private const int Dispatched = 1, Withdrawn = 2;
    private int _left;

    public bool Repeatable => repeatable;

    public long Since => since;

    public CancellationTokenSource Cut { get; } = new();

    /// <summary>Completes when the effect does nothing more.</summary>
    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether its end is our own doing.</summary>
    public bool IsCut => Cut.IsCancellationRequested || Volatile.Read(ref _left) == Withdrawn;

    /// <summary>Whether a tool call may have reached its tool.</summary>
    public bool HasLeft => Volatile.Read(ref _left) == Dispatched;

    /// <summary>Exactly one of this and <see cref="TryWithdraw"/> succeeds: a call either leaves or never will.</summary>
    public bool TryDispatch() => Interlocked.CompareExchange(ref _left, Dispatched, 0) == 0;

    public bool TryWithdraw() => Interlocked.CompareExchange(ref _left, Withdrawn, 0) == 0;
}
