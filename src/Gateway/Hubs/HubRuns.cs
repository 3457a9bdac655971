using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using OrleansAgents.Client;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Http;
using OrleansAgents.Lifecycle;
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

/// <summary>Lists of runs that stay up to date: the list, then what changes, told by the lifecycle streams at most five times a second.</summary>
internal sealed class HubRuns(Caller caller, LifecycleSource lifecycle, TimeProvider time)
{
    private const int MaxLimit = 500;
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(200);

    public async IAsyncEnumerable<HubRunsItem> WatchAsync(
        Principal principal, RunsFilter filter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var limit = filter.Limit ?? 50;
        if (limit is < 1 or > MaxLimit)
        {
            yield return new(true, [], new("invalid_limit", "limit", $"A limit is a whole number from 1 to {MaxLimit}."));
            yield break;
        }

        var wake = Channel.CreateBounded<bool>(1);
        var changed = new ConcurrentDictionary<string, bool>();
        var anew = true;
        await using var following = lifecycle.Follow(
            e =>
            {
                changed[e.JournalId] = true;
                wake.Writer.TryWrite(true);
            },
            () =>
            {
                Volatile.Write(ref anew, true);
                wake.Writer.TryWrite(true);
            });
        var shown = new HashSet<string>();
        while (!cancellation.IsCancellationRequested)
        {
            // Marks are taken before the look: what changes during it is looked at again.
            var whole = Interlocked.Exchange(ref anew, false);
            string[] ids = [.. changed.Keys.Where(id => changed.TryRemove(id, out _))];
            var item = await LookAsync(principal, filter with { Limit = limit }, whole ? null : ids, shown, cancellation);
            if (whole || item is { Items.Count: > 0 } or { Problem: not null })
            {
                yield return item;
            }

            if (item.Problem is not null)
            {
                yield break;
            }

            await wake.Reader.ReadAsync(cancellation);
            await Task.Delay(Gathering, time, cancellation);
        }
    }

    /// <param name="ids">What changed; null for the whole list.</param>
    /// <param name="shown">What the client has; brought up to date.</param>
    private async Task<HubRunsItem> LookAsync(
        Principal principal, RunsFilter filter, string[]? ids, HashSet<string> shown, CancellationToken cancellation)
    {
        try
        {
            if (ids is not null)
            {
                var runs = ids.Length == 0 ? [] : await caller.ReadAsync(r => r.SummariesAsync(principal, ids), cancellation);
                return new(false, [.. runs.Where(run => Matches(filter, run) ? shown.Add(run.Id) || true : shown.Remove(run.Id))]);
            }

            var list = await caller.ReadAsync(
                r => r.ListAsync(principal, new(filter.ThreadId, filter.Agent, filter.Status, null, filter.Limit!.Value)), cancellation);
            shown.Clear();
            shown.UnionWith(list.Items.Select(run => run.Id));
            return new(true, list.Items);
        }
        catch (UnavailableException e)
        {
            return new(false, [], HubCommands.ProblemOf(e));
        }
    }

    private static bool Matches(RunsFilter filter, RunSummary run) =>
        (filter.ThreadId is null || filter.ThreadId == run.ThreadId) && (filter.Agent is null || filter.Agent == run.Agent)
        && (filter.Status is null || filter.Status == run.Status);
}
