using System.Globalization;
using OrleansAgents.Core.Memory.Retrieval;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;

namespace OrleansAgents.Core.Memory;

/// <summary>
/// The ended turns of a conversation, and what the next one is told of them within a budget. Grows turn by turn; the same turns,
/// memory, question and budget give the same answer.
/// </summary>
internal sealed partial class Transcript
{
    /// <summary>A pause after which another stretch of the conversation begins.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(30);

    private readonly List<Turn> _turns = [];
    private readonly List<(Passage Passage, int Number, int Place)> _passages = [];
    private readonly List<(string Header, int Tokens)> _sections = [];
    private readonly Ledger _ledger = new(AgentDefinition.DefaultWindowTokens);
    private int? _scale;

    public IReadOnlyList<Turn> Turns => _turns;

    /// <summary>Passages of all turns in order, quoted as they are told, with the turn's number and their place in it.</summary>
    public IReadOnlyList<(Passage Passage, int Number, int Place)> Passages => _passages;

    public PassageIndex Index { get; } = new();

    /// <summary>Of the first passages, where an embedding model is asked.</summary>
    public Vectors Vectors { get; } = new();

    /// <summary>Of all turns.</summary>
    public long Tokens { get; private set; }

    /// <param name="turn">The one after the last; its number may leave gaps where turns are gone.</param>
    public void Add(Turn turn)
    {
        if (_turns.Count == 0 || turn.At - _turns[^1].At > Pause)
        {
            var header = turn.At.ToString("[yyyy-MM-dd HH:mm]", CultureInfo.InvariantCulture);
            _sections.Add((header, (int)Core.Requests.Tokens.Of(header + "\n")));
        }

        _turns.Add(turn);
        Tokens += turn.Tokens;
        _scale = turn.Scale ?? _scale;
        var place = 0;
        foreach (var (speaker, said) in turn.Said())
        {
            foreach (var text in Memory.Passages.Of(said))
            {
                var line = Kept.Quote(speaker, text);
                var passage = new Passage(_passages.Count, _sections.Count - 1, speaker, text, (int)Core.Requests.Tokens.Of(line + "\n"));
                Index.Add(passage);
                _passages.Add((passage with { Text = line }, turn.Number, place++));
            }
        }

        _ledger.LetGo();
        foreach (var (tool, callId, text) in turn.Results())
        {
            _ledger.Add(turn.Number, new ToolMessage(Recall.IdOf(turn.Number, callId), "", text, false), tool);
        }
    }

    /// <summary>Positions of the passages of a range of turns.</summary>
    public IReadOnlyList<int> PassagesOf(int fromTurn, int throughTurn)
    {
        var (from, end) = (FirstOf(fromTurn), FirstOf(throughTurn + 1));
        return [.. Enumerable.Range(from, end - from)];
    }

    /// <summary>Positions of passages; those of turns that are gone are left out.</summary>
    public IEnumerable<int> PositionsOf(IEnumerable<PassageRef> references) => references
        .Select(r => FirstOf(r.Turn) + r.Place is var i && i < _passages.Count && _passages[i].Number == r.Turn ? i : -1)
        .Where(i => i >= 0);

    public IReadOnlyList<PassageRef> ReferencesOf(IEnumerable<int> positions) => [.. positions.Select(i => new PassageRef(_passages[i].Number, _passages[i].Place))];

    /// <summary>A summary as it is told and shown: a model's text with the facts beside it, or its passages under their days.</summary>
    public string Told(MemoryCompacted summary) => summary.Text is { } text
        ? summary.Facts is { } facts ? $"{text}\nAlso said: {facts}" : text
        : string.Join('\n', Quoted(PositionsOf(summary.Passages ?? [])));

    private IEnumerable<string> Quoted(IEnumerable<int> found)
    {
        var section = -1;
        foreach (var passage in found.Select(i => _passages[i].Passage))
        {
            if (passage.Section != section)
            {
                yield return _sections[section = passage.Section].Header;
            }

            yield return passage.Text;
        }
    }

    /// <summary>Where the passages begin of the first turn that has this number or a higher one.</summary>
    private int FirstOf(int number)
    {
        var (low, high) = (0, _passages.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _passages[middle].Number < number ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
