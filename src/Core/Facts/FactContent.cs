using System.Text.Json;
using System.Text.RegularExpressions;

namespace OrleansAgents.Core.Facts;

/// <summary>What a fact says: a body of its own, so that it can be erased while the journal keeps every row.</summary>
/// <param name="Salt">Random, so that no two facts share a body and a body's name, which stays, says nothing of a short text.</param>
/// <param name="Key">What it is about; in the form of <see cref="KeyOf"/>.</param>
internal sealed partial record FactContent(string Salt, string Key, string Text)
{
    public const int MaxKey = 64, MaxText = 1_000;

    public byte[] ToBody() => JsonSerializer.SerializeToUtf8Bytes(this, FactContentJson.Relaxed.FactContent);

    public static FactContent FromBody(byte[] body) =>
        JsonSerializer.Deserialize(body, FactContentJson.Relaxed.FactContent) ?? throw new JsonException("The fact is null.");

    /// <summary>The same key however it is written: small letters, single spaces.</summary>
    public static string KeyOf(string key) => Spaces().Replace(key.Trim(), " ").ToLowerInvariant();

    public bool IsAbout(string key) => string.Equals(Key, key, StringComparison.Ordinal);

    public bool Says(string text) => string.Equals(Plain(Text), Plain(text), StringComparison.OrdinalIgnoreCase);

    /// <summary>Why this cannot be kept, in words for the model; null when it can.</summary>
    public string? Flaw() =>
        !ValidKey().IsMatch(Key) ? $"A key is 1 to {MaxKey} letters, digits, spaces and _ - . characters; give a word or two."
        : Text.Length == 0 ? "There is no text to keep."
        : Text.Length > MaxText ? $"A text is at most {MaxText} characters and this one has {Text.Length}; keep what matters of it."
        : null;

    /// <summary>For comparisons: however it is broken into lines.</summary>
    public static string Plain(string text) => Spaces().Replace(text, " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    /// <summary>Nothing that could end a line or pass for what the system says.</summary>
    [GeneratedRegex(@"^[\p{L}\p{M}\p{N}_.\- ]{1,64}\z")]
    private static partial Regex ValidKey();
}
