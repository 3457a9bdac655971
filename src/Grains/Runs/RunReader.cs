using Orleans.Concurrency;
using OrleansAgents.Agents.Catalog;
using OrleansAgents.Agents.Models;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Grains.Interfaces;
using OrleansAgents.Grains.Search;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Runs;

/// <summary>Reads journals for presentation; see <see cref="IRunReader"/>.</summary>
[StatelessWorker]
internal sealed partial class RunReader(IJournal journal, IAgentCatalog catalog, IModelCaller models, ThreadSearch search) : Grain, IRunReader
{
    public Task<Read<RunView>> ViewAsync(Principal principal, string runId) => ReadAsync(principal, runId, async found =>
    {
        try
        {
            var (state, created) = await FoldAsync(runId, found);
            return Views.Of(runId, state, created, journal.Refusal, models.OutageOf(state.ModelName));
        }
        catch (JournalDamagedException e)
        {
            return Views.Parked(found.Header, PauseReason.Corrupt, e.Message);
        }
        catch (NewerBuildException e)
        {
            return Views.Parked(found.Header, PauseReason.NewerBuild, e.Message);
        }
    });

    public async Task<RunList> ListAsync(Principal principal, RunListFilter filter)
    {
        ListPosition? before = null;
        if (filter.Cursor is not null && (before = ListCursor.Parse(filter.Cursor)) is null)
        {
            return new([], null, ListCursor.Unknown);
        }

        var headers = await journal.ListAsync(
            new(principal, filter.ThreadId, filter.Agent, filter.Status, before, filter.Limit + 1));
        var items = headers.Take(filter.Limit).Select(Views.Of).ToList();
        return new(items, headers.Count > filter.Limit ? ListCursor.Of(headers[filter.Limit - 1]) : null);
    }

    public Task<Read<EventPage>> EventsAsync(Principal principal, string runId, long after, int limit) =>
        ReadAsync(principal, runId, async found =>
        {
            var items = await journal.ReadAsync(runId, after, limit);
            var head = Math.Max(found.Header.Head, items.Count > 0 ? items[^1].Seq : 0);
            return new EventPage(items, head, found.Header.EndedAt is not null);
        });

    public Task<Read<StepList>> StepsAsync(Principal principal, string runId, int afterStep, int limit) =>
        ReadAsync(principal, runId, async _ =>
        {
            var steps = await StepFold.ReadAsync(journal, runId);
            var page = steps.Where(s => s.Step > afterStep).Take(limit + 1).ToList();
            return page.Count > limit ? new StepList(page[..limit], page[limit - 1].Step) : new StepList(page, null);
        });

    public Task<Read<StepContext>> ContextAsync(Principal principal, string runId, int step) =>
        ReadAsync(principal, runId, _ => ContextFold.ReadAsync(journal, runId, step),
            new(ProblemCodes.StepNotFound, $"Step {step} of this run is no model call.", "n"));

    public Task<Read<byte[]>> BodyAsync(Principal principal, string runId, string reference) =>
        ReadAsync(principal, runId, _ => journal.ReadBodyAsync(runId, reference),
            new(ProblemCodes.BodyNotFound, "No event of this run refers to such a body.", "hash"));

    public async Task<Problem?> DeleteAsync(Principal principal, string runId)
    {
        var (found, problem) = await ReadAsync<JournalView>(principal, runId, found => Task.FromResult<JournalView?>(found));
        if (problem is not null)
        {
            return problem;
        }

        try
        {
            if (found!.Header is { EndedAt: not null, ThreadId: not null })
            {
                await search.ForgetAsync(runId);
            }

            if (!await journal.DeleteAsync(runId))
            {
                return NotFound;
            }

            await ForgetAsync(found.Header);
            return null;
        }
        catch (InvalidOperationException)
        {
            return new(ProblemCodes.InvalidState, "Only an ended run can be deleted; cancel it first.", Status: found!.Header.Status);
        }
        catch (StorageRefusedException e)
        {
            return JournalProblems.Run.Of(e)!;
        }
    }

    /// <summary>Its thread's memory must not tell of it. The run is deleted whether this comes to pass or not: a memory that did not hear of it finds the run gone when it next reads from the beginning.</summary>
    private async Task ForgetAsync(JournalHeader run)
    {
        try
        {
            if (run.ThreadId is { } thread)
            {
                await GrainFactory.GetGrain<IMemoryGrain>(thread).ReadAgainAsync();
            }
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            // Asking again would be answered that the run was deleted.
        }
    }

    public async Task<IReadOnlyList<long>> HeadsAsync(IReadOnlyList<string> journalIds) => await Task.WhenAll(journalIds.Select(async id =>
    {
        try
        {
            return (await journal.HeaderOrNullAsync(id))?.Head ?? 0;
        }
        catch (StorageRefusedException)
        {
            return 0;
        }
    }));

    public async Task<IReadOnlyList<RunChange>> ChangesAsync(DateTimeOffset since, string afterId, int limit) =>
        [.. (await journal.ChangesAsync(new(since, afterId, limit))).Select(h => new RunChange(h.Id, h.Principal, h.Head, h.Status, h.UpdatedAt))];

    public async Task<IReadOnlyList<UserRun>> SummariesAsync(IReadOnlyList<string> runIds) =>
        [.. (await Task.WhenAll(runIds.Select(journal.HeaderOrNullAsync))).OfType<JournalHeader>().Where(h => h.Kind == JournalKind.Run).Select(h => new UserRun(h.Principal, Views.Of(h)))];

    public Task<IReadOnlyList<AgentView>> AgentsAsync() => Task.FromResult<IReadOnlyList<AgentView>>(
        [.. catalog.Agents.Select(a => Views.Of(a, catalog))]);

    public Task<StoreHealth> HealthAsync() => Task.FromResult(new StoreHealth(journal.Refusal));

    private async Task<(RunState State, JournalEvent Created)> FoldAsync(string runId, JournalView found)
    {
        var snapshot = RunFold.StateOf(found.Snapshot) is null ? null : found.Snapshot;
        var tail = new List<JournalEvent>();
        await foreach (var e in journal.ReadAllAsync(runId, snapshot?.Seq ?? 0))
        {
            tail.Add(e);
        }

        var created = snapshot is null ? tail[0] : (await journal.ReadAsync(runId, 0, 1))[0];
        return (RunFold.From(snapshot, tail), created);
    }

    /// <summary>Unknown and foreign runs, deleted ones too, are the same; damage is a typed answer.</summary>
    private async Task<Read<T>> ReadAsync<T>(
        Principal principal, string runId, Func<JournalView, Task<T?>> read, Problem? absent = null)
        where T : class
    {
        try
        {
            var found = await journal.FindAsync(runId);
            if (found is null || found.Header.Kind != JournalKind.Run || found.Header.Principal != principal)
            {
                return new(null, NotFound);
            }

            var value = await read(found);
            return value is null ? new(null, absent) : new(value, null);
        }
        catch (JournalDeletedException e)
        {
            return new(null, e.Owner == principal ? JournalProblems.Run.Deleted : NotFound);
        }
        catch (Exception e) when (JournalProblems.Run.Of(e) is { } problem)
        {
            return new(null, problem);
        }
    }

    private static Problem NotFound { get; } = new(ProblemCodes.RunNotFound, "There is no such run.");
}
