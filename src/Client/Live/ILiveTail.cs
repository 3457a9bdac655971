using OrleansAgents.Live;

namespace OrleansAgents.Client.Live;

/// <summary>The seam between execution and presentation: what runs and threads do, as they do it.</summary>
/// <remarks>
/// A tail is a hint channel in production order, not the truth: it may end at any moment, may start late, and drops
/// everything when its reader is too slow. Whoever reads it finds holes by seq and closes them from the readers.
/// </remarks>
public interface ILiveTail
{
    /// <summary>Starts following a journal. What is recorded or produced after this call returns is seen, or <see cref="ILiveSubscription.Behind"/> is set.</summary>
    ILiveSubscription Subscribe(string journalId);

    /// <summary>Journals that somebody follows.</summary>
    IReadOnlyCollection<string> Followed { get; }

    /// <summary>Tells the followers of a journal how far it is, so that a lost last event is found, and that time has passed.</summary>
    /// <param name="head">0 when it could not be asked.</param>
    void Beat(string journalId, long head);
}

/// <summary>One follower of one journal. Disposing ends it. Not thread-safe.</summary>
public interface ILiveSubscription : IDisposable
{
    /// <summary>The open attempt and its text at the time of the subscription; null when no model call was open.</summary>
    OpenAttempt? Open { get; }

    /// <summary>Completes when there is something to read or the subscription fell behind.</summary>
    ValueTask WaitAsync(CancellationToken cancellation);

    /// <summary>The next item, in production order.</summary>
    bool TryRead(out LiveItem item);

    /// <summary>Something was dropped: dispose, subscribe again, and read the journal from the cursor.</summary>
    bool Behind { get; }
}
