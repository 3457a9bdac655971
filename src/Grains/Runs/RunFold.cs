using System.Text.Json;
using OrleansAgents.Core;
using OrleansAgents.Core.Memory;
using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Runs;

/// <summary>Between stored rows and the core's state.</summary>
internal static class RunFold
{
    /// <summary>The state after the snapshot and the events that follow it.</summary>
    /// <exception cref="NewerBuildException">An event's name is unknown to this build.</exception>
    public static RunState From(Snapshot? snapshot, IEnumerable<JournalEvent> tail)
    {
        var state = StateOf(snapshot) ?? RunState.Empty;
        foreach (var e in tail)
        {
            if (e.Seq > state.Head)
            {
                state = Evolve(state, e);
            }
        }

        return state;
    }

    /// <summary>The event of a row. Rows are what was written, so one that cannot be read was written by another build.</summary>
    /// <exception cref="NewerBuildException">This build does not know the event, or not this form of it.</exception>
    public static RunEvent EventOf(JournalEvent row)
    {
        try
        {
            return row.Decode() as RunEvent ?? throw new NewerBuildException(row.JournalId, row.Seq, row.Type);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException)
        {
            throw new NewerBuildException(row.JournalId, row.Seq, row.Type);
        }
    }

    /// <summary>What a run is pinned to, from its body.</summary>
    /// <exception cref="JournalDamagedException">It is no definition.</exception>
    public static async Task<AgentDefinition> DefinitionAsync(IJournal journal, string id, string hash)
    {
        var body = await Bodies.LoadAsync(journal, id, hash);
        return Read(id, 1, "The agent's definition", () => AgentDefinition.FromBody(body));
    }

    /// <summary>What a run was told of earlier turns, from its body.</summary>
    /// <exception cref="JournalDamagedException">It cannot be read.</exception>
    public static async Task<EarlierContext?> EarlierAsync(IJournal journal, string id, BodyRef? reference)
    {
        if (reference is null)
        {
            return null;
        }

        var body = await Bodies.LoadAsync(journal, id, reference.Ref);
        return Read(id, 1, "What the run was told of earlier turns", () => EarlierContext.FromBody(body));
    }

    /// <summary>Runs pure code on what a journal holds. Whatever it throws is about the journal, and would be thrown again at every try.</summary>
    /// <param name="what">For the sentence that people read.</param>
    /// <exception cref="JournalDamagedException">It failed.</exception>
    public static T Read<T>(string id, long seq, string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not (JournalDamagedException or NewerBuildException))
        {
            throw new JournalDamagedException(id, seq, $"{what} of {id} cannot be read at seq {seq}: {e.Message}");
        }
    }

    /// <summary>The state after one more row.</summary>
    /// <exception cref="JournalDamagedException">The event does not follow from those before it.</exception>
    public static RunState Evolve(RunState state, JournalEvent row)
    {
        var e = EventOf(row);
        return Read(row.JournalId, row.Seq, $"The event {row.Type}", () => Fold.Evolve(state, e, row.At));
    }

    /// <summary>Null for a fold of another build.</summary>
    public static RunState? StateOf(Snapshot? snapshot) => snapshot?.FoldVersion == RunState.FoldVersion
        ? JsonSerializer.Deserialize(snapshot.Data, CoreJson.Relaxed.RunState)
        : null;

    public static Snapshot ToSnapshot(RunState state) =>
        new(state.Head, RunState.FoldVersion, JsonSerializer.SerializeToUtf8Bytes(state, CoreJson.Relaxed.RunState));

    /// <summary>Every event after <paramref name="after"/> up to <paramref name="through"/>, page by page.</summary>
    public static async IAsyncEnumerable<JournalEvent> ReadAllAsync(
        IJournal journal, string id, long after, long through = long.MaxValue)
    {
        const int Page = 500;
        while (after < through)
        {
            var page = await journal.ReadAsync(id, after, Page);
            foreach (var e in page)
            {
                if (e.Seq > through)
                {
                    yield break;
                }

                yield return e;
            }

            // A short page is no end: the next event may be damaged, and only asking for it says so.
            if (page.Count == 0)
            {
                yield break;
            }

            after = page[^1].Seq;
        }
    }

    /// <summary>The header that goes with a state.</summary>
    public static JournalHeader Header(
        string id, RunState s, long epoch, string summary, string? owner, DateTimeOffset? wakeAt, long published, DateTimeOffset now,
        long generation)
    {
        var (status, reason, _) = StatusOf.Standing(s);
        return new(
            id, s.Principal, s.ThreadId, s.Agent, s.ModelName, status, reason, summary, s.Head, epoch, owner, wakeAt, published,
            s.CreatedAt, now, s.EndedAt, Generation: generation);
    }
}

/// <summary>The journal holds an event of a newer build: it is left to one.</summary>
internal sealed class NewerBuildException(string id, long seq, string type)
    : Exception($"{id} holds the event {type} at seq {seq}, which this build does not know; a newer build can go on with it.");
