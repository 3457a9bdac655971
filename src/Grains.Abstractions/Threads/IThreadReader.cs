using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Threads;

/// <summary>Reads threads; see <see cref="IRunReader"/>. Stateless; the key is 0.</summary>
[Alias("thread-reader")]
public interface IThreadReader : IGrainWithIntegerKey
{
    [Alias("view")]
    Task<Read<ThreadView>> ViewAsync(Principal principal, string threadId);

    /// <summary>Newest activity first; with a query those that match, best first.</summary>
    /// <param name="cancellation">Ends a search whose caller has gone.</param>
    [Alias("list")]
    Task<ThreadList> ListAsync(Principal principal, ThreadListFilter filter, CancellationToken cancellation = default);

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

/// <summary>What a list of threads shows. Null means any.</summary>
/// <param name="Cursor">That of the page before; null for the first.</param>
/// <param name="Limit">Threads in a page, at most; filters may leave fewer hits of a search in it.</param>
/// <param name="Query">Words that one text of the thread has, or its title; the last one may be unfinished.</param>
[GenerateSerializer, Immutable, Alias("thread-list-filter")]
public sealed record ThreadListFilter(
    [property: Id(0)] string? Cursor, [property: Id(1)] int Limit, [property: Id(2)] bool? Pinned = null, [property: Id(3)] bool? Archived = null,
    [property: Id(4)] string? Query = null);

/// <summary>A thread as clients see it.</summary>
/// <param name="Turns">How many there have been.</param>
/// <param name="ActiveRunId">The run of the turn at work; null when the thread is idle.</param>
/// <param name="Queued">Messages that wait for a turn, or for the run at work to take them.</param>
/// <param name="Run">The newest run.</param>
/// <param name="Pinned">True, or absent.</param>
/// <param name="Archived">True, or absent.</param>
[GenerateSerializer, Immutable, Alias("thread-view")]
public sealed record ThreadView(
    [property: Id(0)] string Id, [property: Id(1)] string Title, [property: Id(2)] string? Agent, [property: Id(3)] int Turns,
    [property: Id(4)] string? ActiveRunId, [property: Id(5)] IReadOnlyList<QueuedMessage> Queued, [property: Id(6)] long Head,
    [property: Id(7)] DateTimeOffset CreatedAt, [property: Id(8)] DateTimeOffset UpdatedAt, [property: Id(9)] RunSummary? Run,
    [property: Id(10)] bool? Pinned = null, [property: Id(11)] bool? Archived = null);

[GenerateSerializer, Immutable, Alias("queued-message")]
public sealed record QueuedMessage(
    [property: Id(0)] string MessageId, [property: Id(1)] Text Input, [property: Id(2)] WhenBusy Delivery);

/// <summary>A thread in a list.</summary>
/// <param name="UpdatedAt">When something was last said or answered in it.</param>
/// <param name="Agent">Who answered last.</param>
/// <param name="Pinned">True, or absent.</param>
/// <param name="Archived">True, or absent.</param>
/// <param name="Run">The newest run, as its journal's header has it.</param>
/// <param name="Match">Where a search found it.</param>
[GenerateSerializer, Immutable, Alias("thread-summary")]
public sealed record ThreadSummary(
    [property: Id(0)] string Id, [property: Id(1)] string Title, [property: Id(2)] DateTimeOffset CreatedAt,
    [property: Id(3)] DateTimeOffset UpdatedAt, [property: Id(4)] RunSummary? Run, [property: Id(5)] string? Agent = null,
    [property: Id(6)] bool? Pinned = null, [property: Id(7)] bool? Archived = null, [property: Id(8)] ThreadMatch? Match = null);

/// <summary>Where a search found a thread.</summary>
/// <param name="Turn">The turn that the text is of; null for the title.</param>
/// <param name="Text">The part of the text around the first match; data, whatever it says.</param>
/// <param name="Marks">What matches in it.</param>
[GenerateSerializer, Immutable, Alias("thread-match")]
public sealed record ThreadMatch([property: Id(0)] int? Turn, [property: Id(1)] string Text, [property: Id(2)] IReadOnlyList<TextMark> Marks);

/// <summary>A part of a text, in UTF-16 units.</summary>
[GenerateSerializer, Immutable, Alias("text-mark")]
public sealed record TextMark([property: Id(0)] int From, [property: Id(1)] int Length);

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
