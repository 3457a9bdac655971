using System.Text;
using System.Text.Json;
using OrleansAgents.Events;

namespace OrleansAgents.Core.Requests;

/// <summary>An estimate of tokens that needs no vocabulary: one per four UTF-8 bytes, rounded up. What the provider counts corrects it.</summary>
internal static class Tokens
{
    /// <summary>Of smaller requests too large a part is what a provider puts around them.</summary>
    private const long Telling = 2_000;

    /// <summary>What counts more than this is no text that we sent.</summary>
    private const int Highest = 300;

    /// <summary>Steps of it, so that one request begins like the one before although each is counted a little differently.</summary>
    private const int Step = 5;

    /// <summary>Percent that a provider counts of what is estimated: the most so far, at least 100, for a budget is kept and need not be filled.</summary>
    /// <param name="before">Null where nothing is known yet.</param>
    /// <param name="counted">As the provider reports it; the estimate itself where it reports nothing.</param>
    public static int? Scale(int? before, long estimated, long counted) => estimated < Telling
        ? before
        : Math.Max(before ?? 100, (int)((Math.Min(counted, estimated * Highest / 100) * 100 / estimated) + Step - 1) / Step * Step);

    /// <summary>Estimated tokens that a provider counts as no more than <paramref name="budget"/>.</summary>
    public static long Within(long budget, int? scale) => budget * 100 / (scale ?? 100);

    public static long Of(string text) => (Encoding.UTF8.GetByteCount(text) + 3) / 4;

    public static long Of(Text text) => text.Inline is { } inline ? Of(inline) : (text.Body!.Bytes + 3) / 4;

    public static long Of(RequestMessage message) => message switch
    {
        UserMessage u => Of(u.Text),
        AssistantMessage a => Of(a.Content, a.ToolCalls, a.Invalid),
        ToolMessage t => Of(t.Text),
        MemoryMessage m => Of(m.Text),
        FactsMessage f => Of(f.Text),
        _ => throw new NotSupportedException($"No tokens of {message.GetType().Name}."),
    };

    /// <summary>An answer, with the opaque data that goes back to its provider.</summary>
    public static long Of(IReadOnlyList<ContentPart> content, IReadOnlyList<ToolCallRequest> calls, string? invalid) =>
        content.Sum(p => Of(p.Value) + (p is ReasoningPart { Protected: { } data } ? Of(data) : 0)) + calls.Sum(c => Of(c.Arguments) + Of(c.Protected ?? "")) + Of(invalid ?? "");

    public static long Of(JsonElement json) => json.ValueKind == JsonValueKind.Undefined ? 0 : Of(json.GetRawText());
}
