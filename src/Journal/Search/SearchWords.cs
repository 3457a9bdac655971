using System.Globalization;
using System.Text;

namespace OrleansAgents.Journal.Search;

/// <summary>A word of a text and where it stands there, in UTF-16 units.</summary>
internal readonly record struct SearchWord(string Text, int From, int Length);

/// <summary>Cuts text into the words that are searched for: the same for what is indexed and for what is asked.</summary>
/// <remarks>
/// Not those of <c>Words</c>, which rank passages: a search has to mark what it found, and finds any part of a sentence.
/// Letters and digits of any script, in lower case and without accents. In scripts that are written without spaces each sign is a word
/// of its own, so that any part of a sentence is found as a sequence of words, two signs as well as twenty.
/// </remarks>
internal static class SearchWords
{
    /// <summary>Longer words are cut: nobody asks for the end of a blob.</summary>
    private const int Longest = 64;

    public static IEnumerable<SearchWord> Of(string text)
    {
        var from = 0;
        for (var at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var read);
            if (IsWord(rune) && !IsUnspaced(rune))
            {
                at += read;
                continue;
            }

            if (at > from)
            {
                yield return Word(text, from, at - from);
            }

            if (IsUnspaced(rune))
            {
                yield return Word(text, at, read);
            }

            at += read;
            from = at;
        }

        if (text.Length > from)
        {
            yield return Word(text, from, text.Length - from);
        }
    }

    /// <summary>The words of a question, one sequence for each part between spaces: the words of a sequence must follow each other.</summary>
    public static List<string[]> Sequences(string query) =>
        [.. query.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(part => Of(part).Select(w => w.Text).ToArray()).Where(s => s.Length > 0)];

    private static SearchWord Word(string text, int from, int length) => new(Plain(text.AsSpan(from, Math.Min(length, Longest))), from, length);

    private static string Plain(ReadOnlySpan<char> word)
    {
        if (System.Text.Ascii.IsValid(word))
        {
            return string.Create(word.Length, word, static (plain, w) => System.Text.Ascii.ToLower(w, plain, out _));
        }

        var plain = new StringBuilder(word.Length);
        foreach (var letter in word)
        {
            if (!IsAccent(letter))
            {
                plain.Append(PlainLetters.Of(letter));
            }
        }

        return plain.ToString();
    }

    private static bool IsWord(Rune rune) => rune.Value != 0xFFFD
        && (Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark);

    /// <summary>Han, kana, hangul, Thai, Lao, Burmese and Khmer letters.</summary>
    private static bool IsUnspaced(Rune rune) =>
        rune.Value is >= 0x0E01 and <= 0x0EFF or >= 0x1000 and <= 0x109F or >= 0x1780 and <= 0x17FF or >= 0x3005 and <= 0x3007 or >= 0x3040 and <= 0x30FF
            or >= 0x3400 and <= 0x9FFF or >= 0xAC00 and <= 0xD7A3 or >= 0xF900 and <= 0xFAFF or >= 0xFF66 and <= 0xFF9F or >= 0x20000 and <= 0x3FFFF
        && IsWord(rune);

    /// <summary>Marks that people leave out when they search. The vowel signs of Indian scripts are none.</summary>
    private static bool IsAccent(char letter) =>
        (int)letter is >= 0x0300 and <= 0x036F or >= 0x0591 and <= 0x05C7 or >= 0x0610 and <= 0x061A or 0x0640 or >= 0x064B and <= 0x065F or 0x0670;
}
