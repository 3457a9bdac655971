using OrleansAgents.Core.Memory.Retrieval;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Core.Memory;

/// <summary>What the next turn is told.</summary>
internal sealed partial class Transcript
{
    /// <summary>
    /// Shares of a budget that does not hold everything: newest turns word for word, summaries in a model's words, facts of tool
    /// results. Passages that the question finds take the rest.
    /// </summary>
    private const int NewestPercent = 10, LastPercent = 60, SummariesPercent = 10, FactsPercent = 15;

    private const string Summarised = "summaries";

    /// <summary>Whether the next turn can be told everything.</summary>
    /// <param name="budget">Tokens as the provider counts them, by what it counted of the newest turn that tells.</param>
    public bool Fits(long budget) => Tokens <= Core.Requests.Tokens.Within(budget, _scale);

    /// <summary>What the next turn begins with.</summary>
    /// <param name="question">What it is about.</param>
    /// <param name="budget">As in <see cref="Fits"/>.</param>
    /// <param name="meant">The question's vector, where an embedding model gave one.</param>
    public EarlierContext Assemble(string question, long budget, MemoryState? memory = null, float[]? meant = null)
    {
        memory ??= MemoryState.Empty;
        var fits = Fits(budget);
        budget = Core.Requests.Tokens.Within(budget, _scale);
        if (fits)
        {
            return new([.. _turns.SelectMany(t => t.Messages)], Manifest(budget, Tokens, 0, [], null, [], memory.Version));
        }

        var first = Newest(budget);
        var newest = _turns.Skip(first).Sum(t => t.Tokens);
        var room = budget - newest - Kept.HeaderTokens;
        var summaries = Summaries(memory, first, Math.Min(room, budget * SummariesPercent / 100));
        room -= summaries.Sum(s => s.Tokens);
        var literals = _ledger.Render(first < _turns.Count ? _turns[first].Number : int.MaxValue, Math.Min(room, budget * FactsPercent / 100));
        room -= literals is null ? 0 : Core.Requests.Tokens.Of(literals.Text + "\n");
        var central = PositionsOf(memory.Current.SelectMany(c => c.Passages ?? [])).ToHashSet();
        var found = Packing.Take(
            Ranked(question, first, central, meant).TakeWhile(_ => room > 0), i => _passages[i].Passage, s => _sections[s].Tokens, (int)room, Standing(first));
        var kept = Kept.Of([.. summaries.Select(s => s.Line), .. Quoted(found), literals?.Text]);
        List<RequestMessage> messages = kept is null ? [] : [kept];
        messages.AddRange(_turns.Skip(first).SelectMany(t => t.Messages));
        return new(messages, Manifest(budget, messages.Sum(Core.Requests.Tokens.Of), first, [.. summaries.Select(s => s.Summary)], literals, found, memory.Version));
    }

    /// <summary>The runs whose own words an assembled context shows. Summaries cover nearly all there are; what stands on a deleted run is taken from the memory itself.</summary>
    public IEnumerable<string> RunsIn(ContextManifest manifest)
    {
        var shown = manifest.Parts.Where(p => p.Part != Summarised).SelectMany(p => p.Of!).ToList();
        return _turns.Where(t => shown.Exists(r => r.Contains(t.Number))).Select(t => t.RunId);
    }

    /// <summary>Summaries of older turns in a model's words, the newest first into the room, told in order.</summary>
    private IReadOnlyList<(MemoryCompacted Summary, string Line, long Tokens)> Summaries(MemoryState memory, int first, long room)
    {
        var told = new List<(MemoryCompacted, string, long)>();
        foreach (var summary in memory.Current.Reverse().Where(c => c.Text is not null && (first == _turns.Count || c.FromTurn < _turns[first].Number)))
        {
            var line = Kept.Quote($"summary of turns {summary.FromTurn}-{summary.ThroughTurn} by {summary.By}", Told(summary));
            var tokens = Core.Requests.Tokens.Of(line + "\n");
            if (tokens <= room)
            {
                room -= tokens;
                told.Insert(0, (summary, line, tokens));
            }
        }

        return told;
    }

    /// <summary>The newest turns within their share; the very newest may take more, for the next one most likely goes on from it.</summary>
    private int Newest(long budget)
    {
        var (first, left) = (_turns.Count, budget * NewestPercent / 100);
        if (_turns[^1].Tokens > left && _turns[^1].Tokens <= budget * LastPercent / 100)
        {
            return first - 1;
        }

        while (first > 0 && _turns[first - 1].Tokens <= left)
        {
            left -= _turns[--first].Tokens;
        }

        return first;
    }

    /// <summary>Where not even the newest turn stands whole, the end of it comes before all that the question finds.</summary>
    private IEnumerable<int> Ranked(string question, int first, HashSet<int> central, float[]? meant)
    {
        var found = Index.Rank(question, central, meant is null ? null : Vectors.Nearness(meant));
        return first < _turns.Count
            ? found
            : Enumerable.Range(0, _passages.Count).Reverse().TakeWhile(i => _passages[i].Number == _passages[^1].Number).Concat(found).Distinct();
    }

    private HashSet<int> Standing(int first) =>
        first < _turns.Count ? [.. PassagesOf(_turns[first].Number, int.MaxValue - 1)] : [];

    private ContextManifest Manifest(
        long budget, long tokens, int first, IReadOnlyList<MemoryCompacted> summaries, Literals? literals, IReadOnlyList<int> found, int version)
    {
        long[] passages = [.. found.Select(i => (long)_passages[i].Number).Distinct()];
        var whole = _turns.Skip(first).Sum(t => t.Tokens);
        var literalTokens = Core.Requests.Tokens.Of(literals?.Text ?? "");
        var summaryTokens = summaries.Sum(s => s.TokensAfter);
        ContextPart[] parts = [
            new(Summarised, summaryTokens, [.. summaries.Select(s => new NumberRange(s.FromTurn, s.ThroughTurn))]),
            new("facts", literalTokens, NumberRange.Of(literals?.Of ?? [])),
            new("passages", tokens - whole - literalTokens - summaryTokens, NumberRange.Of(passages)),
            new("turns", whole, NumberRange.Of(_turns.Skip(first).Select(t => (long)t.Number)))];
        var standing = passages.Concat(literals?.Of ?? []).ToHashSet();
        var (inPart, not) = (new List<Turn>(), new List<Turn>());
        foreach (var turn in _turns.Take(first))
        {
            (standing.Contains(turn.Number) || IsSummarised(turn.Number, summaries) ? inPart : not).Add(turn);
        }

        LeftOut[] left = [
            Left(inPart, "only what was found or summarised of them stands"),
            Left(not, "nothing in them was found by what was asked, within the budget")];
        return new(budget, tokens, [.. parts.Where(p => p.Tokens > 0)], [.. left.Where(l => l.Tokens > 0)], version == 0 ? null : version);
    }

    /// <summary>Asked of every turn of a conversation, so it makes nothing that would have to be collected.</summary>
    private static bool IsSummarised(int turn, IReadOnlyList<MemoryCompacted> summaries)
    {
        for (var i = 0; i < summaries.Count; i++)
        {
            if (MemoryState.Covers(summaries[i], turn))
            {
                return true;
            }
        }

        return false;
    }

    private static LeftOut Left(List<Turn> turns, string why) =>
        new("turns", NumberRange.Of(turns.Select(t => (long)t.Number)), turns.Sum(t => t.Tokens), why);
}
