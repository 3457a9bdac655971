using System.Text.Json.Serialization;

namespace OrleansAgents.Events;

/// <summary>An event of a thread: a conversation of turns, each of them one run.</summary>
public abstract record ThreadEvent : Event;

/// <summary>The thread exists.</summary>
/// <param name="Title">For lists; at first the beginning of the first message.</param>
public sealed record ThreadCreated(string Title, Principal Principal) : ThreadEvent;

/// <summary>A message came while a turn was at work, and is kept until it reaches that turn's run or becomes a turn itself.</summary>
/// <param name="MessageId">The id of the command that brought it.</param>
/// <param name="RunId">With a steer: the run that it is meant for.</param>
public sealed record MessageAccepted(
    string MessageId, WhenBusy Delivery, string Agent, Text Input, TurnOptions? Options = null, string? RunId = null) : ThreadEvent;

/// <summary>The run has recorded the message.</summary>
public sealed record MessageDelivered(string MessageId, string RunId) : ThreadEvent;

/// <summary>A queued message was given another text before its turn.</summary>
public sealed record MessageEdited(string MessageId, Text Input, string By) : ThreadEvent;

/// <summary>A queued message was taken back before its turn.</summary>
public sealed record MessageRemoved(string MessageId, string By) : ThreadEvent;

/// <summary>A turn begins: its run is started, once, however often the thread has to try.</summary>
/// <param name="Turn">1, 2, 3 … in the thread.</param>
/// <param name="MessageId">The message that it answers.</param>
public sealed record TurnAccepted(
    int Turn, string RunId, string MessageId, string Agent, Text Input, TurnOptions? Options = null) : ThreadEvent;

/// <summary>The turn's run has ended; the next may begin.</summary>
/// <param name="Error">Why the run could not be started at all.</param>
public sealed record TurnEnded(int Turn, string RunId, RunStatus Status, RunError? Error = null) : ThreadEvent;

/// <summary>A person changed how lists show the thread. What is null stays as it was.</summary>
/// <param name="By">The user who changed it.</param>
/// <param name="Pinned">Whether lists show it first.</param>
/// <param name="Archived">Whether lists leave it out. The next turn ends this.</param>
public sealed record ThreadChanged(string By, string? Title = null, bool? Pinned = null, bool? Archived = null) : ThreadEvent;

/// <summary>The thread takes nothing more and is about to be deleted.</summary>
public sealed record ThreadClosed : ThreadEvent;

/// <summary>What a turn's run is started with, where it is not the agent's own, and for whom.</summary>
/// <param name="Trace">W3C's <c>traceparent</c> of the span that asked for it; null where nobody traced.</param>
public sealed record TurnOptions(
    string? Model = null, string? Instructions = null, IReadOnlyDictionary<string, string>? Metadata = null,
    Budget? Budget = null, DateTimeOffset? StartAt = null, RawJson? OutputSchema = null, string? Trace = null);

/// <summary>What becomes of a message to a thread that is at work.</summary>
[JsonConverter(typeof(SnakeCaseEnum<WhenBusy>))]
[Alias("when-busy")]
public enum WhenBusy
{
    /// <summary>The run at work sees it with its next model call.</summary>
    Steer,

    /// <summary>It becomes a turn of its own, after those before it.</summary>
    Queue,

    /// <summary>It is refused.</summary>
    Reject,
}
