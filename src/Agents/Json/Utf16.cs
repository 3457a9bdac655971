using System.Text;

namespace OrleansAgents.Agents.Json;

/// <summary>Keeps text valid: half a character can be neither stored nor sent.</summary>
internal static class Utf16
{
    /// <summary>The text, with every lone surrogate replaced by U+FFFD. The same instance when nothing is wrong.</summary>
    public static string Repair(string text)
    {
        var bad = FirstLone(text, 0);
        if (bad < 0)
        {
            return text;
        }

        return string.Create(text.Length, (text, bad), static (span, state) =>
        {
            state.text.CopyTo(span);
            for (var at = state.bad; at >= 0; at = FirstLone(state.text, at + 1))
            {
                span[at] = '\uFFFD';
            }
        });
    }

    /// <summary>The longest prefix of at most <paramref name="bytes"/> UTF-8 bytes that ends at a whole character.</summary>
    public static int PrefixWithin(ReadOnlySpan<char> text, int bytes)
    {
        var used = 0;
        var at = 0;
        while (at < text.Length)
        {
            _ = Rune.DecodeFromUtf16(text[at..], out var rune, out var chars);
            if (used + rune.Utf8SequenceLength > bytes)
            {
                break;
            }

            used += rune.Utf8SequenceLength;
            at += chars;
        }

        return at;
    }

    private static int FirstLone(string text, int from)
    {
        for (var at = from; at < text.Length; at++)
        {
            var next = text.AsSpan(at).IndexOfAnyInRange('\uD800', '\uDFFF');
            if (next < 0)
            {
                return -1;
            }

            at += next;
            if (char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
            {
                at++;
                continue;
            }

            return at;
        }

        return -1;
    }
}
