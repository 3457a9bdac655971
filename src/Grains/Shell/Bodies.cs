using System.Security.Cryptography;
using System.Text;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Grains.Shell;

/// <summary>Puts long texts beside the events, and back.</summary>
internal static class Bodies
{
    private const int PreviewChars = 200;

    public static string Hash(ReadOnlySpan<byte> data) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(data));

    /// <summary>The text, inline or by reference; a new body is added to <paramref name="bodies"/>.</summary>
    public static Text Store(string text, List<Body> bodies)
    {
        // No character takes more than three bytes in UTF-8.
        if (text.Length * 3L <= Text.MaxInlineBytes || Encoding.UTF8.GetByteCount(text) <= Text.MaxInlineBytes)
        {
            return text;
        }

        var data = Encoding.UTF8.GetBytes(text);
        var body = new Body(Hash(data), data);
        bodies.Add(body);
        var cut = char.IsHighSurrogate(text[PreviewChars - 1]) ? PreviewChars - 1 : PreviewChars;
        return new Text(null, new(body.Ref, data.Length, text[..cut]));
    }

    /// <summary>Several texts as one by reference; null where they are one, or together short enough to be inline.</summary>
    public static Text? StoreTogether(IReadOnlyList<string> texts, List<Body> bodies) =>
        texts.Count > 1 && Store(string.Concat(texts), bodies) is { Body: not null } whole ? whole : null;

    public static ContentPart Store(ContentPart part, List<Body> bodies) => part switch
    {
        TextPart t => new TextPart(Store(t.Text.Preview, bodies)),
        ReasoningPart r => r with { Text = Store(r.Text.Preview, bodies) },
        _ => part,
    };

    /// <summary>The whole text.</summary>
    public static async Task<string> LoadAsync(IJournal journal, string id, Text text) =>
        text.Inline ?? Encoding.UTF8.GetString(await LoadAsync(journal, id, text.Body!.Ref));

    public static async Task<byte[]> LoadAsync(IJournal journal, string id, string reference) =>
        await journal.ReadBodyAsync(id, reference)
        ?? throw new JournalDamagedException(id, 0, $"The body {reference} of {id} is missing.");

    /// <summary>The event with every text whole, from the bodies that its own commit stores.</summary>
    public static RunEvent Whole(RunEvent e, IReadOnlyList<Body> stored) =>
        stored.Count == 0 ? e : RunMessages.Whole(e, r => Encoding.UTF8.GetString(stored.First(b => b.Ref == r).Data));

    /// <summary>The same, from the journal.</summary>
    public static async ValueTask<RunEvent> WholeAsync(IJournal journal, string runId, RunEvent e)
    {
        Dictionary<string, string>? found = null;
        foreach (var reference in RunMessages.BodiesOf(e))
        {
            (found ??= [])[reference] = Encoding.UTF8.GetString(await LoadAsync(journal, runId, reference));
        }

        return found is null ? e : RunMessages.Whole(e, r => found[r]);
    }
}
