using OrleansAgents.Events;

namespace OrleansAgents.Live;

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
