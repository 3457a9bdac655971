using OrleansAgents.Core.Requests;
using OrleansAgents.Events;

namespace OrleansAgents.Core.Memory.Compression;

/// <summary>Makes the event of a summary: what it stands for, what it says, what it drops.</summary>
internal sealed class Compressor(Transcript transcript, Compaction due)
{
    public const string Extractive = "extractive";

    /// <summary>Of the passages of an extractive summary.</summary>
    private const int OutlineTokens = 400, OutlinePercent = 20;

    private readonly List<Turn> _turns = [.. transcript.Turns.Where(t => t.Number >= due.FromTurn && t.Number <= due.ThroughTurn)];

    public Compaction Due => due;

    /// <summary>What it stands for, in tokens.</summary>
    public long TokensBefore => due.Level == 0 ? _turns.Sum(t => t.Tokens) : due.Replaces.Sum(r => r.TokensAfter);

    /// <summary>What a model is given to read: each speaker under his name, results of tools as literals, marked as what they are.</summary>
    public string Record() => due.Level == 0
        ? string.Join('\n', _turns.SelectMany(Lines))
        : string.Join('\n', due.Replaces.SelectMany(r => (string[])[$"[turns {r.FromTurn}-{r.ThroughTurn}]", transcript.Told(r)]));

    /// <summary>What of the record no summary may lose.</summary>
    public IEnumerable<string> Said() => due.Level == 0 ? _turns.SelectMany(t => t.Said()).Select(s => s.Text) : due.Replaces.SelectMany(r => (string[])[r.Text ?? "", r.Facts ?? ""]);

    /// <summary>A summary of the record's own passages.</summary>
    public MemoryCompacted Extract(int version)
    {
        var candidates = due.Level == 0 ? transcript.PassagesOf(due.FromTurn, due.ThroughTurn)
            : [.. due.Replaces.SelectMany(r => r.Passages is { } p ? transcript.PositionsOf(p) : transcript.PassagesOf(r.FromTurn, r.ThroughTurn)).Order()];
        var room = (int)Math.Min(OutlineTokens, TokensBefore * (due.Level == 0 ? OutlinePercent : 50) / 100);
        var chosen = Outline.Choose(transcript.Index, candidates, i => transcript.Passages[i].Passage.Tokens, room);
        var after = chosen.Sum(i => transcript.Passages[i].Passage.Tokens);
        return Event(version, Extractive, after, chosen) with { Passages = transcript.ReferencesOf(chosen) };
    }

    /// <summary>A summary in a model's words.</summary>
    public MemoryCompacted Written(int version, string by, string text, string? literals, Usage usage) =>
        Event(version, by, Tokens.Of(text) + Tokens.Of(literals ?? ""), []) with { Text = text, Facts = literals, Usage = usage };

    private MemoryCompacted Event(int version, string by, long after, IReadOnlyList<int> chosen) => new(
        version, by, due.Level, due.FromTurn, due.ThroughTurn, TokensBefore, after,
        [.. due.Level == 0 ? _turns.SelectMany(t => DroppedOf(t, by, chosen)) : due.Replaces.Select(r => DroppedOf(r, chosen)).Where(d => d.Tokens > 0)],
        Replaces: due.Level == 0 ? null : [.. due.Replaces.Select(r => r.Version)]);

    /// <summary>Of a summary that another stands for: told by its range alone, so that the event stays small however many turns it covers.</summary>
    private Dropped DroppedOf(MemoryCompacted summary, IReadOnlyList<int> chosen) => new(
        summary.FromTurn, summary.TokensAfter - Kept(chosen, summary.FromTurn, summary.ThroughTurn),
        $"version {summary.Version} says more of turns {summary.FromTurn} to {summary.ThroughTurn}");

    private long Kept(IReadOnlyList<int> chosen, int fromTurn, int throughTurn) =>
        chosen.Where(i => transcript.Passages[i].Number >= fromTurn && transcript.Passages[i].Number <= throughTurn).Sum(i => transcript.Passages[i].Passage.Tokens);

    private IEnumerable<Dropped> DroppedOf(Turn turn, string by, IReadOnlyList<int> chosen)
    {
        var said = turn.Said().Sum(s => Tokens.Of(s.Text));
        var kept = Kept(chosen, turn.Number, turn.Number);
        if (by == Extractive && said > kept)
        {
            yield return new(turn.Number, said - kept, "other passages say more of what this part is about; found when it is asked about");
        }
        else if (by != Extractive)
        {
            yield return new(turn.Number, said, "told in the model's words; found when it is asked about");
        }

        if (turn.Tokens > said)
        {
            yield return new(turn.Number, turn.Tokens - said, "calls and results of tools; facts of them are kept, recall shows a result whole");
        }
    }

    private IEnumerable<string> Lines(Turn turn)
    {
        yield return $"[turn {turn.Number}]";
        foreach (var (speaker, text) in turn.Said())
        {
            yield return Memory.Kept.Quote(speaker, text);
        }

        foreach (var (tool, callId, text) in turn.Results())
        {
            var literals = string.Join(' ', Literal.Of(text).Take(50));
            yield return Memory.Kept.Quote($"tool {tool}({Recall.IdOf(turn.Number, callId)}), untrusted", literals);
        }
    }
}
