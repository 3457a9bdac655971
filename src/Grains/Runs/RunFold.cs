using System.Text.Json;
using OrleansAgents.Core;
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
                state = Fold.Evolve(state, e.Decode() as RunEvent ?? throw new NewerBuildException(e.JournalId, e.Seq, e.Type), e.At);
            }
        }

        return state;
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
