using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Gateway.Hubs;

/// <summary>An item of a watched stream: an event with the cursor of a client that has seen it, or, last, why there is no stream.</summary>
/// <param name="Event">The same JSON as over HTTP.</param>
internal sealed record HubItem(string? Cursor, RawJson? Event, HubProblem? Problem = null)
{
    public static HubItem Ending(HubProblem problem) => new(null, null, problem);
}

/// <summary>The answer to a command: exactly one of the two.</summary>
/// <param name="RunId">With a post or a start: the run that has the message.</param>
internal sealed record HubAnswer(Receipt? Receipt, HubProblem? Problem = null, string? RunId = null);

/// <summary>What is wrong, as HTTP would say it.</summary>
internal sealed record HubProblem(string Code, string? Field, string Message);
