namespace OrleansAgents.Core.Memory.Retrieval;

/// <summary>One message of a conversation, as retrieval sees it.</summary>
/// <param name="Index">Its place in the conversation; ascending, with gaps allowed.</param>
/// <param name="Section">A stretch of the conversation (a session). Its header is paid for once, when any of its passages is taken.</param>
/// <param name="Tokens">What it costs in the context.</param>
internal sealed record Passage(int Index, int Section, string Speaker, string Text, int Tokens);
