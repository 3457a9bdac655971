using OrleansAgents.Core.Facts;
using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Grains.Facts;
using OrleansAgents.Grains.Runs;
using OrleansAgents.Journal;

namespace OrleansAgents.Grains.Check;

/// <summary>Reads a journal whole and says what in it is not as it was written, or does not fit together.</summary>
/// <remarks>Rows against their checksums and the order of seqs are the store's business: it throws on the first that is wrong. It may be at work meanwhile.</remarks>
internal static class JournalCheck
{
    /// <returns>The number of events read, and one sentence for each fault with the journal and the seq.</returns>
    public static async Task<(long Events, IReadOnlyList<string> Faults)> OfAsync(IJournal journal, string id)
    {
        var faults = new List<string>();
        var read = 0L;
        try
        {
            if (await journal.FindAsync(id) is { } found)
            {
                read = found.Header.Kind switch
                {
                    JournalKind.Run => await RunAsync(journal, found, faults),
                    JournalKind.Thread => await ThreadAsync(journal, found, faults),
                    JournalKind.Facts => await FactsAsync(journal, found, faults),
                    _ => throw new NewerBuildException(id, 1, $"of kind {found.Header.Kind}"),
                };
            }
        }
        catch (JournalDeletedException)
        {
            // Deleted while it was read.
        }
        catch (JournalDamagedException e)
        {
            faults.Add($"{id} seq {(e.Seq > 0 ? e.Seq : "?")}: {e.Message}");
        }
        catch (NewerBuildException e)
        {
            faults.Add(e.Message);
        }

        return (read, faults);
    }

    private static async Task<long> RunAsync(IJournal journal, JournalView found, List<string> faults)
    {
        var header = found.Header;
        var snapshot = RunFold.StateOf(found.Snapshot);
        var state = RunState.Empty;
        await foreach (var row in journal.ReadAllAsync(header.Id, 0, header.Head))
        {
            var e = RunFold.EventOf(row);
            state = RunFold.Evolve(state, row);
            await BodiesAsync(journal, row, e, faults);
            if (row.Seq == found.Snapshot?.Seq && snapshot is not null && !Same(snapshot, state))
            {
                faults.Add($"{header.Id} seq {row.Seq}: the snapshot is not the fold of the events up to it.");
            }
        }

        var (status, reason, _) = Standing.Of(state);
        if (header.Reason is not (PauseReason.Corrupt or PauseReason.NewerBuild) && (header.Status, header.Reason) != (status, reason))
        {
            faults.Add($"{header.Id} seq {state.Head}: lists show it as {Shown(header.Status, header.Reason)}, and its events fold to {Shown(status, reason)}.");
        }

        return state.Head;
    }

    private static async Task<long> ThreadAsync(IJournal journal, JournalView found, List<string> faults)
    {
        var (id, state) = (found.Header.Id, ThreadState.Empty);
        await foreach (var row in journal.ReadAllAsync(id, 0, found.Header.Head))
        {
            var e = row.Decode() as ThreadEvent ?? throw new NewerBuildException(id, row.Seq, row.Type);
            state = ThreadState.Evolve(state, e, row.At);
            var text = e switch
            {
                TurnAccepted t => t.Input,
                MessageAccepted m => m.Input,
                MessageEdited m => m.Input,
                _ => null,
            };
            await BodyAsync(journal, row, text?.Body?.Ref, faults);
        }

        return state.Head;
    }

    /// <summary>What a fact said must be there until it is erased, which may be meanwhile.</summary>
    private static async Task<long> FactsAsync(IJournal journal, JournalView found, List<string> faults)
    {
        var id = found.Header.Id;
        var state = await FactFold.ReadAsync(journal, id, FactsState.Empty);
        var missing = new List<string>();
        foreach (var fact in state.Facts.Values.Where(f => f.ErasedAt is null))
        {
            var row = (await journal.ReadAsync(id, fact.Seq - 1, 1))[0];
            var before = faults.Count;
            await BodyAsync(journal, row, fact.Body, faults);
            if (faults.Count > before)
            {
                missing.Add(fact.Id);
            }
        }

        var now = missing.Count == 0 ? state : await FactFold.ReadAsync(journal, id, state);
        foreach (var fact in missing.Select(m => now.Facts[m]).Where(f => f.ErasedAt is not null))
        {
            faults.RemoveAll(f => f.Contains(fact.Body, StringComparison.Ordinal));
        }

        return state.Head;
    }

    private static async Task BodiesAsync(IJournal journal, JournalEvent row, RunEvent e, List<string> faults)
    {
        foreach (var reference in RunMessages.BodiesOf(e))
        {
            await BodyAsync(journal, row, reference, faults);
        }

        string?[] others = e switch
        {
            RunCreated c => [c.Definition, c.Input.Body?.Ref, c.Earlier?.Ref],
            RunCompleted c => [c.Output.Body?.Ref],
            ModelCompleted m => [m.Output?.Body?.Ref],
            ToolLate t => [t.Result?.Body?.Ref],
            _ => [],
        };
        foreach (var reference in others)
        {
            await BodyAsync(journal, row, reference, faults);
        }
    }

    private static async Task BodyAsync(IJournal journal, JournalEvent row, string? reference, List<string> faults)
    {
        try
        {
            if (reference is not null && await journal.ReadBodyAsync(row.JournalId, reference) is null)
            {
                faults.Add($"{row.JournalId} seq {row.Seq}: the body {reference} is missing.");
            }
        }
        catch (JournalDamagedException e)
        {
            faults.Add($"{row.JournalId} seq {row.Seq}: {e.Message}");
        }
    }

    /// <summary>Written again, so that what a later build added to the state does not make a difference.</summary>
    private static bool Same(RunState snapshot, RunState state) =>
        RunFold.ToSnapshot(snapshot).Data.AsSpan().SequenceEqual(RunFold.ToSnapshot(state).Data);

    private static string Shown(RunStatus status, string? reason) => reason is null ? $"{status}" : $"{status} ({reason})";
}
