using OrleansAgents.Events;
using OrleansAgents.Runs;
using OrleansAgents.Threads;

namespace OrleansAgents.Gateway.Threads;

/// <summary>Opens a thread.</summary>
/// <param name="Title">For lists; the beginning of the first message when absent.</param>
internal sealed record OpenThreadRequest(string? Title = null)
{
    public OpenThreadRequest()
        : this(Title: null)
    {
    }
}

/// <summary>Says something in a thread.</summary>
/// <param name="Input">The message; 1 MiB at most.</param>
/// <param name="Agent">Who answers; the agent of the turn before when absent.</param>
/// <param name="WhenBusy">What becomes of the message while a turn is at work.</param>
internal sealed record PostRequest(string? Input = null, string? Agent = null, WhenBusy WhenBusy = WhenBusy.Steer)
{
    public PostRequest()
        : this(Input: null)
    {
    }
}

/// <summary>Changes how lists show a thread; what is absent stays as it is.</summary>
/// <param name="Title">1 to 200 characters.</param>
/// <param name="Pinned">Whether lists show it first.</param>
/// <param name="Archived">Whether lists leave it out; the next turn ends this.</param>
internal sealed record ChangeThreadRequest(string? Title = null, bool? Pinned = null, bool? Archived = null)
{
    public ChangeThreadRequest()
        : this(Title: null)
    {
    }
}

/// <summary>Gives a queued message another text.</summary>
/// <param name="Input">The message; 1 MiB at most.</param>
internal sealed record EditQueuedRequest(string? Input = null)
{
    public EditQueuedRequest()
        : this(Input: null)
    {
    }
}

/// <summary>Goes back to an earlier memory.</summary>
/// <param name="Version">The version to go back to; 0 is before the first summary.</param>
internal sealed record RestoreMemoryRequest(int? Version = null)
{
    public RestoreMemoryRequest()
        : this(Version: null)
    {
    }
}

/// <param name="RunId">The run that has the message; for one that is queued, the run before it.</param>
internal sealed record Posted(string ThreadId, string RunId, Receipt Receipt);

/// <param name="NextCursor">Pass as <c>cursor</c> for the next page; absent on the last.</param>
internal sealed record ThreadPage(IReadOnlyList<ThreadSummary> Items, string? NextCursor);
