using System.Text;
using System.Text.Json;

namespace OrleansAgents.Testing.Viewers;

/// <summary>What one viewer was told, folded as a client folds it and checked as it comes: every seq once and in order, every piece of text where it belongs.</summary>
internal sealed class Transcript
{
    private readonly SortedDictionary<string, List<string>> _journals = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string Run, int Step, int Attempt), StringBuilder> _texts = [];

    /// <summary>Where to go on from.</summary>
    public string? Cursor { get; private set; }

    /// <summary>Durable events of a run or thread, as they came.</summary>
    public IReadOnlyList<string> Of(string journalId) => _journals.GetValueOrDefault(journalId, []);

    /// <summary>Takes an event, whole.</summary>
    /// <exception cref="InvalidOperationException">It is not the next one.</exception>
    public void Take(Told told)
    {
        var e = told.Event;
        var journal = (e.TryGetProperty("runId", out var run) ? run : e.GetProperty("threadId")).GetString()!;
        if (e.TryGetProperty("seq", out var seq))
        {
            Record(journal, seq.GetInt64(), e);
        }
        else if (e.GetProperty("type").GetString() == "model.delta")
        {
            Append(journal, e.GetProperty("data"));
        }
        else
        {
            throw new InvalidOperationException($"Behind {Cursor ?? "the beginning"} came {e.GetRawText()}.");
        }

        Cursor = told.Cursor;
    }

    /// <summary>All of it, to be compared with that of another viewer.</summary>
    public override string ToString()
    {
        var all = new StringBuilder();
        foreach (var e in _journals.Values.SelectMany(j => j))
        {
            all.AppendLine(e);
        }

        foreach (var (attempt, text) in _texts)
        {
            all.AppendLine($"{attempt}: {text}");
        }

        return all.ToString();
    }

    private void Record(string journal, long seq, JsonElement e)
    {
        if (!_journals.TryGetValue(journal, out var told))
        {
            _journals[journal] = told = [];
        }

        if (seq != told.Count + 1)
        {
            throw new InvalidOperationException($"Event {seq} of {journal} came behind {told.Count}, at {Cursor}.");
        }

        told.Add(e.GetRawText());
    }

    private void Append(string run, JsonElement delta)
    {
        var key = (run, delta.GetProperty("step").GetInt32(), delta.GetProperty("attempt").GetInt32());
        if (!_texts.TryGetValue(key, out var text))
        {
            _texts[key] = text = new();
        }

        if (delta.GetProperty("offset").GetInt32() != text.Length)
        {
            throw new InvalidOperationException($"{delta.GetRawText()} came behind {text.Length} characters, at {Cursor}.");
        }

        text.Append(delta.GetProperty("text").GetString());
    }
}
