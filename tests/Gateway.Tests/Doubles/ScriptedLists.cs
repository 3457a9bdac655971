using System.Collections.Concurrent;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Gateway.Tests.Doubles;

/// <summary>The runs of many users as lists show them. Thread-safe.</summary>
internal sealed class ScriptedLists
{
    private readonly ConcurrentDictionary<string, UserRun> _runs = [];

    /// <summary>Runs that were read one by one, each as often as it was.</summary>
    public ConcurrentQueue<string> Read { get; } = [];

    /// <summary>Lists that were read.</summary>
    public ConcurrentQueue<Principal> Listed { get; } = [];

    /// <summary>Thrown instead of the next answer.</summary>
    public ConcurrentQueue<Exception> Failures { get; } = [];

    public void Put(Principal principal, string id, long head, RunStatus status = RunStatus.Running) => _runs[id] = new(principal, new(
        id, null, "docs", "demo", status, null, head, "Hello.", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, null));

    public Task<RunList> ListAsync(Principal principal, RunListFilter filter)
    {
        Listed.Enqueue(principal);
        return Failures.TryDequeue(out var failure) ? Task.FromException<RunList>(failure) : Task.FromResult(new RunList(
            [.. _runs.Values.Where(r => r.Principal == principal && (filter.Status ?? r.Run.Status) == r.Run.Status).Select(r => r.Run).OrderBy(r => r.Id).Take(filter.Limit)],
            null));
    }

    public Task<IReadOnlyList<UserRun>> SummariesAsync(IReadOnlyList<string> runIds)
    {
        foreach (var id in runIds)
        {
            Read.Enqueue(id);
        }

        return Failures.TryDequeue(out var failure)
            ? Task.FromException<IReadOnlyList<UserRun>>(failure)
            : Task.FromResult<IReadOnlyList<UserRun>>([.. runIds.Where(_runs.ContainsKey).Select(id => _runs[id])]);
    }
}
