using System.Text.RegularExpressions;
using OrleansAgents.Core.Requests;

namespace OrleansAgents.Core.Memory.Compression;

/// <summary>What no summary may lose or invent: ids, numbers, dates, names that come again, and what somebody undertook to do.</summary>
internal static partial class Protected
{
    /// <summary>Fewer signs with a digit are counted, not cited ("3 orders").</summary>
    private const int MinCited = 3;

    /// <summary>What is kept beside a text, at least, and as a share of what it stands for.</summary>
    private const int MinFactTokens = 64, FactPercent = 25;

    /// <summary>What of a source a text lacks, as one line; null when it lacks nothing, or more than can be kept beside it.</summary>
    /// <param name="isLost">It lacks more than can be kept beside it.</param>
    public static string? Missing(IEnumerable<string> said, string text, out bool isLost)
    {
        var source = said.ToList();
        var names = source.SelectMany(Literal.Of).Where(f => f.Field is null).GroupBy(f => f.Value).Where(g => g.Key.Any(char.IsAsciiDigit) || g.Count() > 1).Select(g => g.Key);
        var promises = source.SelectMany(s => Sentence().Matches(s)).Select(m => m.Value.Trim()).Where(s => Promise().IsMatch(s)).Select(s => $"\"{s.ReplaceLineEndings(" ")}\"");
        var missing = string.Join("; ", names.Concat(promises).Where(p => !Has(text, p.Trim('"'))).Distinct());
        isLost = Tokens.Of(missing) > Math.Max(MinFactTokens, source.Sum(Tokens.Of) * FactPercent / 100);
        return missing.Length == 0 || isLost ? null : missing;
    }

    /// <summary>Ids, numbers and dates of a text that its source does not have.</summary>
    public static IReadOnlyList<string> Invented(string source, string text) =>
        [.. Literal.Of(text).Select(f => f.Value).Where(v => v.Length >= MinCited && v.Any(char.IsAsciiDigit) && !Has(source, v)).Distinct()];

    private static bool Has(string text, string value) => text.Contains(value, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"[^.!?\n]{8,200}[.!?]?", RegexOptions.CultureInvariant)]
    private static partial Regex Sentence();

    [GeneratedRegex(@"\b(?:(?:I|we)(?:'ll| will| shall| promise| agree)|must(?: not)?|never|always|deadline|no later than)\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Promise();
}
