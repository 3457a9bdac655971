using OrleansAgents.Events;

namespace OrleansAgents.Client.Streams;

/// <summary>What a viewer is told next. Exactly one of the two is set.</summary>
/// <param name="After">With a delta: the last durable seq before it.</param>
internal readonly record struct Frame(JournalEvent? Event, ModelDelta? Delta = null, long After = 0)
{
    /// <summary>The viewer's cursor in a wider stream than the run's own; null where the run is all there is.</summary>
    public string? Place { get; init; }

    /// <summary>The cursor of a viewer that has seen this frame.</summary>
    public Cursor Cursor => Event is { } e ? new(e.Seq) : new(After, Delta!.Attempt, Delta.Offset + Delta.Text.Length);
}
