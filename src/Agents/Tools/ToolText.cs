using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansAgents.Agents.Json;

namespace OrleansAgents.Agents.Tools;

/// <summary>What the model reads of a tool: results and errors as text.</summary>
internal static partial class ToolText
{
    private const int MaxError = 500;

    /// <summary>A string as it is, anything else as JSON; valid UTF-16; at most <paramref name="cap"/> UTF-8 bytes and a note of the cut.</summary>
    public static string Render(object? value, int cap)
    {
        var text = value switch
        {
            string s => s,
            JsonElement { ValueKind: JsonValueKind.String } json => json.GetString()!,
            JsonElement json => json.GetRawText(),
            _ => JsonSerializer.Serialize(value, value?.GetType() ?? typeof(object), ToolJson.Options),
        };
        if (text.Length <= cap / 3)
        {
            return Utf16.Repair(text); // A UTF-16 unit is at most three bytes.
        }

        var bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes <= cap)
        {
            return Utf16.Repair(text);
        }

        var kept = Utf16.PrefixWithin(text, cap);
        return Utf16.Repair($"{text.AsSpan(0, kept)}\n[cut: first {Encoding.UTF8.GetByteCount(text.AsSpan(0, kept))} of {bytes} bytes]");
    }

    /// <summary>An exception's own sentence, without stack, without the folders of paths.</summary>
    public static string Error(Exception exception)
    {
        var e = exception is System.Reflection.TargetInvocationException or AggregateException && exception.InnerException is { } inner ? inner : exception;
        var text = e is ToolException ? e.Message
            : e is JsonException { Path: { } path } && e.Message.Contains("could not be converted to", StringComparison.Ordinal) ? $"A value does not have the type that the tool takes (at {path})."
            : Folder().Replace(e.Message, "…/");
        text = Utf16.Repair(text.ReplaceLineEndings(" ").Trim());
        if (text.Length == 0)
        {
            text = $"The tool failed ({e.GetType().Name}).";
        }

        return text.Length > MaxError ? Utf16.Repair(text[..MaxError]) + "…" : text;
    }

    /// <summary>The folders of an absolute path, of Unix or Windows; not those of a web address.</summary>
    [GeneratedRegex(@"(?<![\w:/.…])(?:/(?:[^\s/:'""<>|]+/)+|[A-Za-z]:\\(?:[^\s\\:'""<>|]+\\)*)")]
    private static partial Regex Folder();
}
