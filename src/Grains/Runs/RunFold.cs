using System.Text.Json;
using OrleansAgents.Core.Memory;
using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;

namespace OrleansAgents.Grains.Runs;

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
        return JournalReads.Interpret(id, 1, "The agent's definition", () => AgentDefinition.FromBody(body));
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
        return JournalReads.Interpret(id, 1, "What the run was told of earlier turns", () => EarlierContext.FromBody(body));
    }

    /// <summary>The state after one more row.</summary>
    /// <exception cref="JournalDamagedException">The event does not follow from those before it.</exception>
    public static RunState Evolve(RunState state, JournalEvent row)
    {
        var e = EventOf(row);
        return JournalReads.Interpret(row.JournalId, row.Seq, $"The event {row.Type}", () => Fold.Evolve(state, e, row.At));
    }

    /// <summary>Null for a fold of another build.</summary>
    public static RunState? StateOf(Snapshot? snapshot) => snapshot?.FoldVersion == RunState.FoldVersion
        ? JsonSerializer.Deserialize(snapshot.Data, RunStateJson.Relaxed.RunState)
        : null;

    public static Snapshot ToSnapshot(RunState state) =>
        new(state.Head, RunState.FoldVersion, JsonSerializer.SerializeToUtf8Bytes(state, RunStateJson.Relaxed.RunState));

    /// <summary>The header that goes with a state.</summary>
    public static JournalHeader Header(
        string id, RunState s, long epoch, string summary, string? owner, DateTimeOffset? wakeAt, long published, DateTimeOffset now,
        long generation)
    {
        var (status, reason, _) = Standing.Of(s);
        return new(
            id, s.Principal, s.ThreadId, s.Agent, s.ModelName, status, reason, summary, s.Head, epoch, owner, wakeAt, published,
            s.CreatedAt, now, s.EndedAt, Generation: generation);
    }
}
