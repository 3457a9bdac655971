using System.Runtime.CompilerServices;
using OrleansAgents.Client.Calls;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Gateway.Hubs;

/// <summary>Which runs a list shows. Absent means any.</summary>
internal sealed record RunsFilter(string? ThreadId = null, string? Agent = null, RunStatus? Status = null, int? Limit = null);

/// <summary>A piece of a watched list.</summary>
/// <param name="Anew">The items are the whole list, newest first; else they are runs of it that changed, or came, or match no longer.</param>
internal sealed record HubRunsItem(bool Anew, IReadOnlyList<RunSummary> Items, HubProblem? Problem = null)
{
    public static HubRunsItem Ending(HubProblem problem) => new(false, [], problem);
}

/// <summary>Lists of runs that stay up to date: the list, then what changes. Who does not read for half a minute is cut.</summary>
internal sealed class HubRuns(Caller caller, RunChanges changes, TimeProvider time)
{
    private const int MaxLimit = 500;

    public async IAsyncEnumerable<HubRunsItem> WatchAsync(
        Principal principal, RunsFilter filter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var limit = filter.Limit ?? 50;
        if (limit is < 1 or > MaxLimit)
        {
            yield return new(true, [], new("invalid_limit", "limit", $"A limit is a whole number from 1 to {MaxLimit}."));
            yield break;
        }

        var viewer = new RunListViewer(principal, filter with { Limit = limit }, time);
        await using var watching = changes.Watch(viewer);
        HubRunsItem item;
        do
        {
            item = await viewer.NextAsync(cancellation) ?? await ListAsync(viewer, cancellation);
            yield return item;
        }
        while (item.Problem is null);
    }

    private async Task<HubRunsItem> ListAsync(RunListViewer viewer, CancellationToken cancellation)
    {
        try
        {
            var filter = viewer.Filter;
            var list = await caller.ReadAsync(
                r => r.ListAsync(viewer.Principal, new(filter.ThreadId, filter.Agent, filter.Status, null, filter.Limit!.Value)), cancellation);
            return viewer.Shows(list.Items);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            return HubRunsItem.Ending(HubCommands.ProblemOf(e) ?? new("unavailable", null, "The list could not be read; watch it again."));
        }
    }
}
