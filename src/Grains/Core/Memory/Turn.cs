namespace OrleansAgents.Core.Memory;

/// <summary>A turn of a conversation as its run left it.</summary>
/// <param name="Number">From 1.</param>
/// <param name="At">When it was asked.</param>
/// <param name="Messages">Whole groups: what was said, called and answered, oldest first.</param>
internal sealed record Turn(int Number, string RunId, DateTimeOffset At, IReadOnlyList<RequestMessage> Messages)
{
    public long Tokens { get; } = Messages.Sum(Core.Tokens.Of);

    /// <summary>What people and the model said, with who said it.</summary>
    public IEnumerable<(string Speaker, string Text)> Said() => Messages.SelectMany(m => m switch
    {
        UserMessage user => [("user", user.Text)],
        AssistantMessage answer => answer.Content.OfType<Events.TextPart>().Select(p => ("assistant", p.Value.Preview)),
        _ => Enumerable.Empty<(string, string)>(),
    }).Where(said => !string.IsNullOrWhiteSpace(said.Item2));
}
