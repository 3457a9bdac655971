using OrleansAgents.Journal.Search;
using OrleansAgents.Threads;

namespace OrleansAgents.Grains.Search;

/// <summary>The part of a text that shows why it was found.</summary>
internal static class Excerpt
{
    private const int Before = 48;
    private const int Most = 180;

    /// <summary>The place around the first match, with every match in it marked.</summary>
    public static ThreadMatch Of(string query, int turn, string text)
    {
        var marks = Marks([.. SearchWords.Of(text)], SearchWords.Sequences(query));
        var from = marks.Count == 0 || text.Length <= Most ? 0 : Math.Clamp(marks[0].From - Before, 0, text.Length - Most);
        from = Start(text, from);
        var length = Math.Min(Most, text.Length - from);
        length -= length > 0 && char.IsHighSurrogate(text[from + length - 1]) ? 1 : 0;
        var shown = marks.Where(m => m.From >= from && m.From + m.Length <= from + length);
        var (cutBefore, cutAfter) = (from > 0 ? "…" : "", from + length < text.Length ? "…" : "");
        return new(
            turn == 0 ? null : turn, $"{cutBefore}{text.AsSpan(from, length)}{cutAfter}",
            [.. shown.Select(m => new TextMark(m.From - from + cutBefore.Length, m.Length))]);
    }

    /// <summary>Where the sequences stand, in the order of the text. The last word of the last sequence may go on.</summary>
    private static List<TextMark> Marks(SearchWord[] words, List<string[]> sequences)
    {
        var marks = new List<TextMark>();
        for (var i = 0; i < words.Length; i++)
        {
            for (var s = 0; s < sequences.Count; s++)
            {
                if (Matches(words, i, sequences[s], isLast: s == sequences.Count - 1))
                {
                    var last = words[i + sequences[s].Length - 1];
                    marks.Add(new(words[i].From, last.From + last.Length - words[i].From));
                    i += sequences[s].Length - 1;
                    break;
                }
            }
        }

        return marks;
    }

    private static bool Matches(SearchWord[] words, int at, string[] sequence, bool isLast)
    {
        for (var n = 0; n < sequence.Length; n++)
        {
            var mayGoOn = isLast && n == sequence.Length - 1;
            if (at + n >= words.Length || !(mayGoOn ? words[at + n].Text.StartsWith(sequence[n], StringComparison.Ordinal) : words[at + n].Text == sequence[n]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Not in the middle of a word or of a pair, where a space is near.</summary>
    private static int Start(string text, int from)
    {
        var space = from == 0 ? -1 : text.IndexOf(' ', from, Math.Min(Before / 2, text.Length - from));
        from = space >= 0 ? space + 1 : from;
        return from > 0 && from < text.Length && char.IsLowSurrogate(text[from]) ? from - 1 : from;
    }
}
