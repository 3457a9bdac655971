using System.Collections.Frozen;

namespace OrleansAgents.Core.Memory;

/// <summary>English words that are in every message and so tell nothing of it.</summary>
internal static class StopWords
{
    private const string English =
        "a about am an and any are as at be been being but by can could did do does doing for from had has have having he her hers him his how i if in into is it its " +
        "just me my of on or our ours she should so some than that the their them then there these they this those to too up us very was we were what when where " +
        "which who whom whose why will with would you your yours dont didnt im ive its thats youre";

    private static readonly FrozenSet<string> All = English.Split(' ').ToFrozenSet(StringComparer.Ordinal);
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Spans = All.GetAlternateLookup<ReadOnlySpan<char>>();

    public static bool Contain(ReadOnlySpan<char> word) => Spans.Contains(word);
}
