using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Threads;

/// <summary>Reads threads; see <see cref="IRunReader"/>. Stateless; the key is 0.</summary>
[Alias("thread-reader")]
public interface IThreadReader : IGrainWithIntegerKey
{
    [Alias("view")]
    Task<Read<ThreadView>> ViewAsync(Principal principal, string threadId);

    /// <summary>Newest first.</summary>
    [Alias("list")]
    Task<ThreadList> ListAsync(Principal principal, string? cursor, int limit);

    /// <summary>The thread's own events; those of its runs are read run by run.</summary>
    [Alias("events")]
    Task<Read<EventPage>> EventsAsync(Principal principal, string threadId, long after, int limit);

    /// <summary>The thread's compressed memory.</summary>
    /// <param name="version">Null for the present one.</param>
    [Alias("memory")]
    Task<Read<MemoryView>> MemoryAsync(Principal principal, string threadId, int? version);

    /// <summary>What was said, turn by turn, oldest first.</summary>
    [Alias("messages")]
    Task<Read<MessageList>> MessagesAsync(Principal principal, string threadId, int afterTurn, int limit);
}

/// <summary>A thread as clients see it.</summary>
/// <param name="Turns">How many there have been.</param>
/// <param name="ActiveRunId">The run of the turn at work; null when the thread is idle.</param>
/// <param name="Queued">Messages that wait for a turn, or for the run at work to take them.</param>
/// <param name="Run">The newest run.</param>
[GenerateSerializer, Immutable, Alias("thread-view")]
public sealed record ThreadView(
    [property: Id(0)] string Id, [property: Id(1)] string Title, [property: Id(2)] string? Agent, [property: Id(3)] int Turns,
    [property: Id(4)] string? ActiveRunId, [property: Id(5)] IReadOnlyList<QueuedMessage> Queued, [property: Id(6)] long Head,
    [property: Id(7)] DateTimeOffset CreatedAt, [property: Id(8)] DateTimeOffset UpdatedAt, [property: Id(9)] RunSummary? Run);

[GenerateSerializer, Immutable, Alias("queued-message")]
public sealed record QueuedMessage(
    [property: Id(0)] string MessageId, [property: Id(1)] Text Input, [property: Id(2)] WhenBusy Delivery);

/// <summary>A thread in a list.</summary>
/// <param name="Run">The newest run, as its journal's header has it.</param>
[GenerateSerializer, Immutable, Alias("thread-summary")]
public sealed record ThreadSummary(
    [property: Id(0)] string Id, [property: Id(1)] string Title, [property: Id(2)] DateTimeOffset CreatedAt,
    [property: Id(3)] DateTimeOffset UpdatedAt, [property: Id(4)] RunSummary? Run);

[GenerateSerializer, Immutable, Alias("thread-list")]
public sealed record ThreadList(
    [property: Id(0)] IReadOnlyList<ThreadSummary> Items, [property: Id(1)] string? NextCursor, [property: Id(2)] Problem? Problem = null);

/// <summary>Something said.</summary>
/// <param name="Role"><c>user</c> or <c>assistant</c>.</param>
/// <param name="Interrupted">True for an answer that was stopped: what it had said until then.</param>
[GenerateSerializer, Immutable, Alias("thread-message")]
public sealed record ThreadMessage(
    [property: Id(0)] int Turn, [property: Id(1)] string RunId, [property: Id(2)] string Role, [property: Id(3)] Text Content,
    [property: Id(4)] DateTimeOffset At, [property: Id(5)] bool? Interrupted = null);

/// <param name="NextAfter">Pass as <c>after</c> for the next page; null on the last.</param>
[GenerateSerializer, Immutable, Alias("message-list")]
public sealed record MessageList([property: Id(0)] IReadOnlyList<ThreadMessage> Items, [property: Id(1)] int? NextAfter);
