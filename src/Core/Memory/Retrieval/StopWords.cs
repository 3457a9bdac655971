using System.Collections.Frozen;

namespace OrleansAgents.Core.Memory.Retrieval;

/// <summary>English words that tell nothing of what a text is about.</summary>
internal static class StopWords
{
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> All = Set(
        "a an and are as at be been being but by can could did do does doing for from had has have he her hers him his how i if in into is it its me my of on or " +
        "our she should so some than that the their them then there these they this those to up us was we were what when where which who whom whose why will " +
        "with would you your");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Self = Set("i im ive me my our we");

    public static bool Contain(ReadOnlySpan<char> word) => All.Contains(word);

    /// <summary>Whoever says it speaks of himself.</summary>
    public static bool IsSelf(ReadOnlySpan<char> word) => Self.Contains(word);

    private static FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Set(string words) =>
        words.Split(' ').ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
}
