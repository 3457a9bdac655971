using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Storage.Tests;

/// <summary>Journals, events and headers as the tests speak of them.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static JournalHeader Header(string id, long head = 0, long epoch = 1, string? owner = "silo-a") => new(
        id, Principal.Local, "thread-1", "docs", "demo", RunStatus.Running, null, "What is a grain?", head, epoch, owner, null, 0,
        Start, Start.AddMilliseconds(head), null);

    public static JournalHeader Ended(this JournalHeader h) =>
        h with { Status = RunStatus.Completed, Owner = null, EndedAt = h.UpdatedAt };

    public static JournalEvent Event(string id, long seq) => new(
        id, seq, Start.AddMicroseconds(seq), "model.completed", seq == 1 ? "start" : null,
        Encoding.UTF8.GetBytes($$"""{"step":{{seq.ToString(CultureInfo.InvariantCulture)}},"text":"Grüße 👋"}"""));

    public static Append Append(string id, long head, int events, long epoch = 1, params RecordedCommand[] commands) => new(
        id, epoch, head, [.. Enumerable.Range(1, events).Select(n => Event(id, head + n))], Header(id, head + events, epoch), commands, []);

    public static Body Body(string text)
    {
        var data = Encoding.UTF8.GetBytes(text);
        return new("sha256:" + Convert.ToHexStringLower(SHA256.HashData(data)), data);
    }

    /// <summary>An event as it goes over a wire, so that two can be compared.</summary>
    public static string Words(this JournalEvent e) => $"{e.JournalId}/{e.Seq}/{e.At:O}/{e.Type}/{e.CommandId}/{Encoding.UTF8.GetString(e.Data)}";
}
