using System.Text.Json;

namespace OrleansAgents.Core.Memory;

/// <summary>What a run is told of the turns before it: assembled once, when the turn begins, and pinned to the run as a body.</summary>
/// <param name="Messages">What every request of the run begins with, oldest first.</param>
/// <param name="Manifest">Null in runs of before there was one.</param>
internal sealed record EarlierContext(IReadOnlyList<RequestMessage> Messages, ContextManifest? Manifest)
{
    public static EarlierContext Empty { get; } = new([], null);

    public byte[] ToBody() => JsonSerializer.SerializeToUtf8Bytes(this, CoreJson.Relaxed.EarlierContext);

    public static EarlierContext FromBody(byte[] body) => body.AsSpan().StartsWith("["u8)
        ? new(JsonSerializer.Deserialize(body, CoreJson.Relaxed.IReadOnlyListRequestMessage) ?? [], null)
        : JsonSerializer.Deserialize(body, CoreJson.Relaxed.EarlierContext) ?? Empty;
}

/// <summary>What of a conversation went into a context, and what stayed out.</summary>
/// <param name="Budget">Tokens that there were.</param>
/// <param name="Tokens">Tokens that were taken.</param>
/// <param name="Turns">Turns that had ended.</param>
/// <param name="Whole">The newest of them that stand word for word.</param>
/// <param name="Passages">Passages of older turns, found by what was asked.</param>
/// <param name="FactTokens">Tokens of facts from older tool results.</param>
/// <param name="Found">The turns that passages and facts are from, by number.</param>
internal sealed record ContextManifest(
    long Budget, long Tokens, int Turns, int Whole, int Passages, long FactTokens, IReadOnlyList<int> Found);
