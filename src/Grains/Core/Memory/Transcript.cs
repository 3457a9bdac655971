using System.Globalization;

namespace OrleansAgents.Core.Memory;

/// <summary>
/// The ended turns of a conversation, and what the next one is told of them within a budget. Grows turn by turn; the same turns,
/// question and budget give the same answer.
/// </summary>
internal sealed class Transcript
{
    /// <summary>Shares of a budget that does not hold everything: newest turns word for word, and facts of tool results. Passages that the question finds take the rest.</summary>
    private const int NewestPercent = 20, LastPercent = 60, FactsPercent = 15;

    /// <summary>A pause after which another stretch of the conversation begins.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(30);

    private readonly List<Turn> _turns = [];
    private readonly List<(Passage Passage, int Turn)> _passages = [];
    private readonly List<string> _sections = [];
    private readonly PassageIndex _index = new();
    private readonly Ledger _ledger = new(AgentDefinition.DefaultWindowTokens);

    public int Count => _turns.Count;

    /// <param name="turn">The one after the last; its number may leave gaps where turns are gone.</param>
    public void Add(Turn turn)
    {
        if (_turns.Count == 0 || turn.At - _turns[^1].At > Pause)
        {
            _sections.Add(turn.At.ToString("[yyyy-MM-dd HH:mm]", CultureInfo.InvariantCulture));
        }

        _turns.Add(turn);
        foreach (var (speaker, said) in turn.Said())
        {
            foreach (var text in Passages.Of(said))
            {
                var passage = new Passage(_passages.Count, _sections.Count - 1, speaker, text, (int)Tokens.Of(Kept.Quote(speaker, text) + "\n"));
                _passages.Add((passage, _turns.Count - 1));
                _index.Add(passage);
            }
        }

        _ledger.LetGo();
        foreach (var result in turn.Messages.OfType<ToolMessage>())
        {
            _ledger.Add(turn.Number, result with { CallId = Recall.IdOf(turn.Number, result.CallId) }, ToolOf(turn, result.CallId));
        }
    }

    /// <summary>What the next turn begins with.</summary>
    /// <param name="question">What it is about.</param>
    /// <param name="budget">Tokens.</param>
    public EarlierContext Assemble(string question, long budget)
    {
        var total = _turns.Sum(t => t.Tokens);
        if (total <= budget)
        {
            return new([.. _turns.SelectMany(t => t.Messages)], new(budget, total, Count, Count, 0, 0, []));
        }

        var first = Newest(budget);
        var newest = _turns.Skip(first).Sum(t => t.Tokens);
        var room = budget - newest - Kept.HeaderTokens;
        var facts = _ledger.Render(first < Count ? _turns[first].Number : int.MaxValue, Math.Min(room, budget * FactsPercent / 100));
        room -= facts is null ? 0 : Tokens.Of(facts.Text + "\n");
        var found = Packing.Take(
            Ranked(question, first).TakeWhile(_ => room > 0), i => _passages[i].Passage, s => (int)Tokens.Of(_sections[s] + "\n"), (int)room, Standing(first));
        var kept = Kept.Of([.. Quoted(found), facts?.Text]);
        List<RequestMessage> messages = kept is null ? [] : [kept];
        messages.AddRange(_turns.Skip(first).SelectMany(t => t.Messages));
        int[] turns = [.. found.Select(i => _turns[_passages[i].Turn].Number).Concat(facts?.Of.Select(n => (int)n) ?? []).Distinct().Order()];
        return new(messages, new(budget, messages.Sum(Tokens.Of), Count, Count - first, found.Count, Tokens.Of(facts?.Text ?? ""), turns));
    }

    /// <summary>The runs that an assembled context shows something of.</summary>
    public IEnumerable<string> RunsIn(ContextManifest manifest) =>
        _turns.Where((t, i) => i >= Count - manifest.Whole || manifest.Found.Contains(t.Number)).Select(t => t.RunId);

    /// <summary>The newest turns within their share; the very newest may take more, for the next one most likely goes on from it.</summary>
    private int Newest(long budget)
    {
        var (first, left) = (Count, budget * NewestPercent / 100);
        if (_turns[^1].Tokens > left && _turns[^1].Tokens <= budget * LastPercent / 100)
        {
            return Count - 1;
        }

        while (first > 0 && _turns[first - 1].Tokens <= left)
        {
            left -= _turns[--first].Tokens;
        }

        return first;
    }

    /// <summary>Where not even the newest turn stands whole, the end of it comes before all that the question finds.</summary>
    private IEnumerable<int> Ranked(string question, int first)
    {
        var found = _index.Rank(question);
        return first < Count
            ? found
            : Enumerable.Range(0, _passages.Count).Reverse().TakeWhile(i => _passages[i].Turn == _passages[^1].Turn).Concat(found).Distinct();
    }

    private HashSet<int> Standing(int first)
    {
        var standing = new HashSet<int>();
        for (var i = _passages.Count - 1; i >= 0 && _passages[i].Turn >= first; i--)
        {
            standing.Add(i);
        }

        return standing;
    }

    private IEnumerable<string> Quoted(IEnumerable<int> found)
    {
        var section = -1;
        foreach (var (passage, _) in found.Select(i => _passages[i]))
        {
            if (passage.Section != section)
            {
                yield return _sections[section = passage.Section];
            }

            yield return Kept.Quote(passage.Speaker, passage.Text);
        }
    }

    private static string? ToolOf(Turn turn, string callId) =>
        turn.Messages.OfType<AssistantMessage>().SelectMany(a => a.ToolCalls).FirstOrDefault(c => c.CallId == callId)?.Tool;
}
