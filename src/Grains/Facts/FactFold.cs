using OrleansAgents.Core.Facts;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;

namespace OrleansAgents.Grains.Facts;

/// <summary>Between stored rows and the core's state.</summary>
internal static class FactFold
{
    /// <exception cref="NewerBuildException">An event's name is unknown to this build.</exception>
    public static FactsState From(FactsState state, IEnumerable<JournalEvent> rows) => rows.Aggregate(
        state, (s, row) => FactsState.Evolve(s, row.Decode() as UserFactEvent ?? throw new NewerBuildException(row.JournalId, row.Seq, row.Type), row.At));

    /// <summary>Everything after what <paramref name="state"/> has; what the facts say is not read.</summary>
    public static async Task<FactsState> ReadAsync(IJournal journal, string id, FactsState state)
    {
        await foreach (var row in journal.ReadAllAsync(id, state.Head))
        {
            state = From(state, [row]);
        }

        return state;
    }

    /// <summary>The state with what its valid facts say.</summary>
    public static async Task<FactsState> WholeAsync(IJournal journal, string id, FactsState state)
    {
        foreach (var fact in state.Valid.Where(f => f.Content is null))
        {
            state = state.Holding(fact.Id, FactContent.FromBody(await Bodies.LoadAsync(journal, id, fact.Body)));
        }

        return state;
    }
}
