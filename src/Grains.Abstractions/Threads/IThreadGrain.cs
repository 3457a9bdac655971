using OrleansAgents.Events;
using OrleansAgents.Live;
using OrleansAgents.Runs;

namespace OrleansAgents.Threads;

/// <summary>One conversation: turns in order, each of them a run, one at a time. The key is the thread id.</summary>
/// <remarks>
/// The thread is the authority over its turns: a message is durable here before anything is done with it, so that one which
/// arrives as a run ends is neither lost nor doubled. Answers as <see cref="IRunGrain"/> does.
/// </remarks>
[Alias("thread")]
public interface IThreadGrain : ILiveSource
{
    /// <summary>Makes the thread; one that exists is left as it is.</summary>
    [Alias("open")]
    Task<CommandResult> OpenAsync(string? title, CommandMeta meta);

    /// <summary>Says something: starts a turn when the thread is idle, else as <see cref="PostMessage.WhenBusy"/> says. Makes the thread if need be.</summary>
    [Alias("post")]
    Task<PostResult> PostAsync(PostMessage message, CommandMeta meta);

    /// <summary>Changes how lists show the thread; what is null stays as it is.</summary>
    /// <param name="title">1 to 200 characters.</param>
    [Alias("change")]
    Task<CommandResult> ChangeAsync(string? title, bool? pinned, bool? archived, CommandMeta meta);

    /// <summary>Gives a queued message another text. Refused once a run has the message.</summary>
    [Alias("edit-queued")]
    Task<CommandResult> EditQueuedAsync(string messageId, string input, CommandMeta meta);

    /// <summary>Takes a queued message back. Refused once a run has it.</summary>
    [Alias("remove-queued")]
    Task<CommandResult> RemoveQueuedAsync(string messageId, CommandMeta meta);

    /// <summary>Makes the memory what it was at an earlier version. Refused for a version that there is not.</summary>
    [Alias("restore-memory")]
    Task<CommandResult> RestoreMemoryAsync(int version, CommandMeta meta);

    /// <summary>Deletes the thread and its runs. Refused while a turn is at work.</summary>
    [Alias("delete")]
    Task<Problem?> DeleteAsync(Principal principal);
}

/// <summary>A message to a thread.</summary>
/// <param name="Agent">Null for the agent of the turn before, or the only one there is.</param>
[GenerateSerializer, Immutable, Alias("post-message")]
public sealed record PostMessage(
    [property: Id(0)] string Input, [property: Id(1)] string? Agent = null, [property: Id(2)] WhenBusy WhenBusy = WhenBusy.Steer,
    [property: Id(3)] string? Model = null, [property: Id(4)] string? Instructions = null,
    [property: Id(5)] Dictionary<string, string>? Metadata = null, [property: Id(6)] Budget? Budget = null,
    [property: Id(7)] DateTimeOffset? StartAt = null, [property: Id(8)] RawJson? OutputSchema = null);

/// <summary>Either a receipt with the run that answers, or a problem.</summary>
/// <param name="RunId">The run that has the message; for one that is queued, the run at work before it.</param>
[GenerateSerializer, Immutable, Alias("post-result")]
public sealed record PostResult([property: Id(0)] Receipt? Receipt, [property: Id(1)] string? RunId, [property: Id(2)] Problem? Problem);
