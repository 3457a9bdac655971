using OrleansAgents.Core.Runs;
using OrleansAgents.Events;

namespace OrleansAgents.Agents.Models;

/// <summary>A model that this process does not ask at present.</summary>
/// <param name="Reason">A word of <see cref="WaitReason"/>: <c>provider</c> where a person has to mend something, else <c>retry</c>.</param>
/// <param name="Error">The fault that led to it, in the provider's words where they cannot be about one request.</param>
/// <param name="Until">When one request may try, by the wall clock.</param>
internal sealed record ModelOutage(string Reason, RunError Error, DateTimeOffset Until)
{
    /// <summary>Runs wait in the queue of a model for so long; for a longer time they rest, and cost no memory.</summary>
    public static readonly TimeSpan Queueing = TimeSpan.FromSeconds(60);

    /// <summary>What a run that would ask now waits for instead; null where it stays in the queue.</summary>
    public ModelHold? HoldAt(DateTimeOffset now) =>
        Until > now && (Reason == WaitReason.Provider || Until - now > Queueing) ? new(Reason, Until, Error) : null;
}
