using OrleansAgents.Core.Requests;
using OrleansAgents.Events;

namespace OrleansAgents.Core.Memory;

/// <summary>A turn of a conversation as its run left it.</summary>
/// <param name="Number">From 1.</param>
/// <param name="At">When it was asked.</param>
/// <param name="Messages">Whole groups: what was said, called and answered, oldest first.</param>
/// <param name="Person">Who asked, by the name that what is found of him is quoted under.</param>
/// <param name="Scale">Percent that the provider has counted of what was estimated; null where it counted nothing that tells.</param>
internal sealed record Turn(
    int Number, string RunId, DateTimeOffset At, IReadOnlyList<RequestMessage> Messages, string Person = "user", int? Scale = null)
{
    public long Tokens { get; } = Messages.Sum(Core.Requests.Tokens.Of);

    /// <summary>What people and the model said, with who said it.</summary>
    public IEnumerable<(string Speaker, string Text)> Said() => Messages.SelectMany(m => m switch
    {
        UserMessage user => [(Person, user.Text)],
        AssistantMessage answer => answer.Content.OfType<TextPart>().Select(p => ("assistant", p.Value.Preview)),
        _ => Enumerable.Empty<(string, string)>(),
    }).Where(said => !string.IsNullOrWhiteSpace(said.Item2));

    /// <summary>Results of tools. What was recalled is no new result: it stands where it was recalled from.</summary>
    public IEnumerable<(string? Tool, string CallId, string Text)> Results()
    {
        var tools = Messages.OfType<AssistantMessage>().SelectMany(a => a.ToolCalls).ToLookup(c => c.CallId, c => c.Tool);
        return Messages.OfType<ToolMessage>().Select(r => (tools[r.CallId].FirstOrDefault(), r.CallId, r.Text)).Where(r => r.Item1 != Recall.Name);
    }
}
