using OrleansAgents.Events;

namespace OrleansAgents.Runs;

/// <summary>Reads committed events, and views folded from them. Stateless; the key is 0.</summary>
/// <remarks>
/// Never takes a journal and never activates a run. Possibly behind during a takeover, never wrong. A null answer means
/// that the run does not exist for this principal; a damaged journal is a <see cref="Read{T}.Problem"/>.
/// </remarks>
[Alias("run-reader")]
public interface IRunReader : IGrainWithIntegerKey
{
    [Alias("view")]
    Task<Read<RunView>> ViewAsync(Principal principal, string runId);

    /// <summary>Newest first.</summary>
    [Alias("list")]
    Task<RunList> ListAsync(Principal principal, RunListFilter filter);

    [Alias("events")]
    Task<Read<EventPage>> EventsAsync(Principal principal, string runId, long after, int limit);

    [Alias("steps")]
    Task<Read<StepList>> StepsAsync(Principal principal, string runId, int afterStep, int limit);

    /// <summary>Assembles the step's request again and compares its hash with the recorded one.</summary>
    [Alias("context")]
    Task<Read<StepContext>> ContextAsync(Principal principal, string runId, int step);

    /// <summary>A body that one of the run's events refers to.</summary>
    [Alias("body")]
    Task<Read<byte[]>> BodyAsync(Principal principal, string runId, string reference);

    /// <summary>Deletes an ended run.</summary>
    [Alias("delete")]
    Task<Problem?> DeleteAsync(Principal principal, string runId);

    /// <summary>How far each journal, run or thread, is; 0 for one that cannot be read.</summary>
    [Alias("heads")]
    Task<IReadOnlyList<long>> HeadsAsync(IReadOnlyList<string> journalIds);

    /// <summary>Runs of every user that changed at or after a time, in the order of (updatedAt, id): what internal services reconcile by.</summary>
    /// <param name="afterId">Only those behind this id, where the time is the same; empty for all.</param>
    [Alias("changes")]
    Task<IReadOnlyList<RunChange>> ChangesAsync(DateTimeOffset since, string afterId, int limit);

    /// <summary>The runs of these ids, whoever's they are. Left out are ids of no run and damaged journals.</summary>
    /// <exception cref="Exception">The store does not answer for one of them.</exception>
    [Alias("summaries")]
    Task<IReadOnlyList<UserRun>> SummariesAsync(IReadOnlyList<string> runIds);

    [Alias("agents")]
    Task<IReadOnlyList<AgentView>> AgentsAsync();

    [Alias("health")]
    Task<StoreHealth> HealthAsync();
}

/// <summary>A value or the reason why there is none.</summary>
[GenerateSerializer, Immutable, Alias("read`1")]
public sealed record Read<T>([property: Id(0)] T? Value, [property: Id(1)] Problem? Problem)
    where T : class;

[GenerateSerializer, Immutable, Alias("run-list-filter")]
public sealed record RunListFilter(
    [property: Id(0)] string? ThreadId, [property: Id(1)] string? Agent, [property: Id(2)] RunStatus? Status,
    [property: Id(3)] string? Cursor, [property: Id(4)] int Limit);

/// <param name="NextCursor">Null on the last page.</param>
/// <param name="Problem">Set for a cursor that no list gave out.</param>
[GenerateSerializer, Immutable, Alias("run-list")]
public sealed record RunList(
    [property: Id(0)] IReadOnlyList<RunSummary> Items, [property: Id(1)] string? NextCursor, [property: Id(2)] Problem? Problem = null);

/// <summary>A run in a list.</summary>
/// <param name="Input">The beginning of the input.</param>
[GenerateSerializer, Immutable, Alias("run-summary")]
public sealed record RunSummary(
    [property: Id(0)] string Id, [property: Id(1)] string? ThreadId, [property: Id(2)] string Agent,
    [property: Id(3)] string Model, [property: Id(4)] RunStatus Status, [property: Id(5)] string? Reason,
    [property: Id(6)] long Head, [property: Id(7)] string Input, [property: Id(8)] DateTimeOffset CreatedAt,
    [property: Id(9)] DateTimeOffset UpdatedAt, [property: Id(10)] DateTimeOffset? EndedAt);

/// <summary>A run in a list, and whose it is. For services that show each user their own.</summary>
[GenerateSerializer, Immutable, Alias("user-run")]
public sealed record UserRun([property: Id(0)] Principal Principal, [property: Id(1)] RunSummary Run);

/// <summary>How far a run was at its newest change.</summary>
[GenerateSerializer, Immutable, Alias("run-change")]
public sealed record RunChange(
    [property: Id(0)] string RunId, [property: Id(1)] Principal Principal, [property: Id(2)] long Head,
    [property: Id(3)] RunStatus Status, [property: Id(4)] DateTimeOffset UpdatedAt);

/// <summary>A page of durable events.</summary>
/// <param name="Terminal">The run has ended; only feedback may follow <paramref name="Head"/>.</param>
[GenerateSerializer, Immutable, Alias("event-page")]
public sealed record EventPage(
    [property: Id(0)] IReadOnlyList<JournalEvent> Items, [property: Id(1)] long Head, [property: Id(2)] bool Terminal);

/// <summary>Whether the store takes writes.</summary>
/// <param name="Refusal">Why not, in a sentence; null when it does.</param>
[GenerateSerializer, Immutable, Alias("store-health")]
public sealed record StoreHealth([property: Id(0)] string? Refusal);
