using OrleansAgents.Events;

namespace OrleansAgents.Live;

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

/// <summary>A durable event after its commit, or a piece of the open attempt's answer, or a beat.</summary>
/// <param name="Head">With a beat: how far the journal is.</param>
[GenerateSerializer, Immutable, Alias("live-item")]
public readonly record struct LiveItem([property: Id(0)] JournalEvent? Event, [property: Id(1)] ModelDelta? Delta, [property: Id(2)] long Head = 0)
{
    public bool IsBeat => Event is null && Delta is null;
}

/// <summary>A model call in progress.</summary>
/// <param name="StartedSeq">Seq of its <c>model.started</c>.</param>
/// <param name="Parts">Its stream so far, as deltas from offset 0; a long text is several.</param>
[GenerateSerializer, Immutable, Alias("open-attempt")]
public sealed record OpenAttempt(
    [property: Id(0)] long StartedSeq, [property: Id(1)] int Step, [property: Id(2)] int Attempt,
    [property: Id(3)] IReadOnlyList<ModelDelta> Parts)
{
    /// <summary>The text so far, part by part as an answer has them.</summary>
    public IEnumerable<(string Kind, string Text)> Texts()
    {
        for (var i = 0; i < Parts.Count;)
        {
            var kind = Parts[i].Kind;
            var pieces = Parts.Skip(i).TakeWhile(p => p.Kind == kind).ToList();
            yield return (kind, string.Concat(pieces.Select(p => p.Text)));
            i += pieces.Count;
        }
    }
}
