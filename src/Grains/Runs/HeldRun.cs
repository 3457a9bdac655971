using OrleansAgents.Agents.Catalog;
using OrleansAgents.Core.Memory;
using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Grains.Lifecycle;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;

namespace OrleansAgents.Grains.Runs;

/// <summary>A run that this activation owns: the lease, the state after the last commit, and what the next request needs.</summary>
internal sealed class HeldRun
{
    /// <summary>Raised when an append of unknown outcome made us acquire again.</summary>
    public required long Epoch { get; set; }

    public required RunState State { get; set; }
    public required string Summary { get; init; }
    public required RunPolicy Policy { get; set; }
    public required RequestWindow Window { get; init; }

    public required Outlet Outlet { get; init; }

    /// <summary>The span that it was started in, as W3C's <c>traceparent</c>; null where nobody traced.</summary>
    public string? Trace { get; init; }

    /// <summary>The header as last written.</summary>
    public JournalHeader? Header { get; set; }

    /// <summary>Monotonic time at which the newest commit was begun: we certainly owned the run after it.</summary>
    public long OwnedSince { get; set; }

    public long SnapshotAt { get; set; }

    /// <summary>Folds a lease, and reads what a request is assembled of.</summary>
    public static async Task<HeldRun> LoadAsync(Lease lease, IJournal journal, IAgentCatalog catalog)
    {
        var state = RunFold.From(lease.Snapshot, lease.Tail);
        var definition = await RunFold.DefinitionAsync(journal, lease.Id, state.Definition);
        var created = (RunCreated)RunFold.EventOf((await journal.ReadAsync(lease.Id, 0, 1))[0]);
        var input = await Bodies.LoadAsync(journal, lease.Id, created.Input);
        var earlier = await RunFold.EarlierAsync(journal, lease.Id, created.Earlier);
        var run = New(lease.Id, lease.Epoch, definition, state.Definition, input, earlier, catalog, state, created.Trace, lease.Header!.PublishedSeq);
        run.Header = lease.Header;
        run.SnapshotAt = lease.Snapshot?.Seq ?? 0;
        if (state.Ended is null)
        {
            await foreach (var e in journal.ReadAllAsync(lease.Id, 0, state.Head))
            {
                var whole = await Bodies.WholeAsync(journal, lease.Id, RunFold.EventOf(e));
                JournalReads.Interpret(lease.Id, e.Seq, $"The event {e.Type}", () =>
                {
                    run.Window.Add(e.Seq, whole);
                    return true;
                });
            }
        }

        return run;
    }

    /// <summary>A run that is about to be created.</summary>
    public static HeldRun New(
        string id, long epoch, AgentDefinition definition, string definitionHash, string input, EarlierContext? earlier,
        IAgentCatalog catalog, RunState state, string? trace, long published = 0) => new()
        {
            Epoch = epoch,
            State = state,
            Outlet = new(published),
            Trace = trace,
            Summary = SummaryOf(input),
            Policy = new(
            id, Recall.AddTo(definition).Tools.ToDictionary(t => t.Name), definition.WindowTokens, definition.CountTokens(),
            catalog.MaxOutputTokens(definition.Model), Price: catalog.PriceOf(definition.Model))
            {
                HoldOf = catalog.HoldOf,
                RuleOf = catalog.RuleOf,
            },
            Window = new(definition, definitionHash, input, earlier),
        };

    private static string SummaryOf(string input)
    {
        const int Max = 120;
        var line = input.Length <= Max ? input : input[..(char.IsHighSurrogate(input[Max - 1]) ? Max - 1 : Max)] + "…";
        return line.ReplaceLineEndings(" ");
    }
}
