using System.Globalization;
using Orleans.Concurrency;
using OrleansAgents.Core.Facts;
using OrleansAgents.Events;
using OrleansAgents.Facts;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Facts;

/// <summary>Reads facts for presentation; see <see cref="IFactsReader"/>.</summary>
[StatelessWorker]
internal sealed class FactsReader(IJournal journal) : Grain, IFactsReader
{
    public async Task<Read<FactList>> ListAsync(Principal principal, bool includeSuperseded, string? cursor, int limit)
    {
        var before = long.MaxValue;
        if (cursor is not null && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out before))
        {
            return new(null, ListCursor.Unknown);
        }

        try
        {
            var id = JournalIds.FactsOf(principal);
            var state = await journal.FindAsync(id) is null ? FactsState.Empty : await FactFold.ReadAsync(journal, id, FactsState.Empty);
            var facts = (includeSuperseded ? state.Facts.Values.OrderByDescending(f => f.Seq) : state.Valid).Where(f => f.Seq < before).Take(limit + 1).ToList();
            var items = await Task.WhenAll(facts.Take(limit).Select(f => ViewAsync(id, f)));
            return new(new(items, facts.Count > limit ? facts[limit - 1].Seq.ToString(CultureInfo.InvariantCulture) : null), null);
        }
        catch (Exception e) when (JournalProblems.Facts.Of(e) is { } problem)
        {
            return new(null, problem);
        }
    }

    /// <summary>One that is erased while it is read is shown without what it said.</summary>
    private async Task<FactView> ViewAsync(string id, UserFact f)
    {
        var body = f.ErasedAt is null ? await journal.ReadBodyAsync(id, f.Body) : null;
        var content = body is null ? null : FactContent.FromBody(body);
        return new(f.Id, content?.Key, content?.Text, f.Trust, f.Status, f.Source, f.ValidFrom, f.ValidUntil, f.SupersededBy, f.ErasedAt);
    }
}
