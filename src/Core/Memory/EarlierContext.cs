using System.Text.Json;
using OrleansAgents.Core.Requests;
using OrleansAgents.Runs;

namespace OrleansAgents.Core.Memory;

/// <summary>What a run is told of the turns before it: assembled once, when the turn begins, and pinned to the run as a body.</summary>
/// <param name="Messages">What every request of the run begins with, oldest first.</param>
/// <param name="Manifest">Null in runs of before there was one.</param>
internal sealed record EarlierContext(IReadOnlyList<RequestMessage> Messages, ContextManifest? Manifest)
{
    public static EarlierContext Empty { get; } = new([], null);

    public byte[] ToBody() => JsonSerializer.SerializeToUtf8Bytes(this, EarlierContextJson.Relaxed.EarlierContext);

    public static EarlierContext FromBody(byte[] body) => body.AsSpan().StartsWith("["u8)
        ? new(JsonSerializer.Deserialize(body, EarlierContextJson.Relaxed.IReadOnlyListRequestMessage) ?? [], null)
        : JsonSerializer.Deserialize(body, EarlierContextJson.Relaxed.EarlierContext) is { } whole
            ? whole.Manifest is { Parts: null } ? whole with { Manifest = null } : whole
            : Empty;
}
