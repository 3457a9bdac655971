using Orleans.Concurrency;

namespace OrleansAgents.Live;

/// <summary>A grain whose journal can be followed from another process.</summary>
[Alias("live-source")]
public interface ILiveSource : IGrainWithStringKey
{
    /// <summary>Sends the sink everything that this journal does from now on, in order.</summary>
    /// <param name="lane">Stands on every item, so that those of an earlier attachment are told apart.</param>
    /// <returns>The open attempt with its text so far; what is sent follows on it.</returns>
    /// <remarks>Never takes the journal. The grain never waits for a sink; one that does not answer is forgotten.</remarks>
    [Alias("attach"), AlwaysInterleave]
    Task<OpenAttempt?> AttachAsync(ILiveSink sink, long lane);

    /// <summary>Ends it.</summary>
    [Alias("detach"), AlwaysInterleave]
    Task DetachAsync(ILiveSink sink);
}

/// <summary>Where a gateway process takes what its runs and threads do. One for each process.</summary>
[Alias("live-sink")]
public interface ILiveSink : IGrainObserver
{
    /// <summary>Takes a batch; the next is sent when this one is answered.</summary>
    [Alias("deliver")]
    Task DeliverAsync(IReadOnlyList<LaneItem> batch);
}

/// <summary>An item on its way to a gateway.</summary>
/// <param name="Behind">A mark: what stood here was dropped, and nothing more comes on this lane.</param>
[GenerateSerializer, Immutable, Alias("lane-item")]
public readonly record struct LaneItem(
    [property: Id(0)] string JournalId, [property: Id(1)] long Lane, [property: Id(2)] LiveItem Item, [property: Id(3)] bool Behind = false);
