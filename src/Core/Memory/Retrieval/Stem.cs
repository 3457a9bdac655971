using System.Buffers;

namespace OrleansAgents.Core.Memory.Retrieval;

/// <summary>Light stemming of English: the endings of number, tense and adverb go, so that "painted", "paints" and "painting" are one word.</summary>
/// <remarks>Like the first step of Porter's stemmer (1980). What it leaves apart ("adopt", "adoption") is the business of <see cref="Vocabulary"/>'s families.</remarks>
internal static class Stem
{
    private static readonly SearchValues<char> Vowels = SearchValues.Create("aeiouy");

    /// <summary>Stems in place and gives the new length. Words with anything but a–z stay as they are.</summary>
    public static int InPlace(Span<char> word)
    {
        if (word.Length < 3 || word.ContainsAnyExceptInRange('a', 'z'))
        {
            return word.Length;
        }

        var w = WithoutPlural(word);
        w = WithoutTense(w);
        w = w.Length > 3 && w[^1] == w[^2] && !IsVowel(w[^1]) && w[^1] is not ('l' or 's') ? w[..^1] : w;
        w = w.Length > 5 && w.EndsWith("ly") ? w[..^2] : w;
        w = w.Length > 3 && w[^1] == 'e' ? w[..^1] : w;
        if (w.Length > 2 && w[^1] == 'y' && !IsVowel(w[^2]))
        {
            w[^1] = 'i';
        }

        return w.Length;
    }

    private static Span<char> WithoutPlural(Span<char> w) =>
        w.EndsWith("sses") ? w[..^2]
        : w.EndsWith("ies") ? w.Length > 4 ? w[..^2] : w[..^1]
        : w.Length > 3 && w[^1] == 's' && w[^2] is not ('s' or 'u' or 'i') ? w[..^1]
        : w;

    /// <summary>The ending goes only where a vowel is left: "sing" and "red" are no tenses.</summary>
    private static Span<char> WithoutTense(Span<char> w)
    {
        var ending = w.EndsWith("edly") ? 4 : w.EndsWith("ingly") ? 5 : w.EndsWith("ing") ? 3 : w.EndsWith("ed") ? 2 : 0;
        return w.Length - ending >= 2 && w[..^ending].ContainsAny(Vowels) ? w[..^ending] : w;
    }

    private static bool IsVowel(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u';
}
