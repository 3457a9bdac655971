using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Interfaces;

/// <summary>What the engine itself asks of a run. Same grain, same key as <see cref="IRunGrain"/>.</summary>
[Alias("run-upkeep")]
internal interface IRunUpkeep : IGrainWithStringKey
{
    /// <summary>Takes the journal if need be and goes on with what is due. Idempotent.</summary>
    /// <returns>Why it could not.</returns>
    [Alias("ensure-running")]
    Task<Problem?> EnsureRunningAsync(WakeReason reason = WakeReason.Due);

    /// <summary>Creates the run as a turn of a thread.</summary>
    [Alias("start-turn")]
    Task<CommandResult> StartTurnAsync(StartRun request, TurnStart turn, CommandMeta meta);

    /// <summary>Records the result of a call whose attempt may no longer be open.</summary>
    [Alias("record-late")]
    Task RecordLateAsync(string callId, int attempt, string? text, RunError? error);
}

/// <summary>What a run has from the thread that it is a turn of.</summary>
/// <param name="Earlier">The body of earlier turns' messages; null for none.</param>
/// <param name="Restored">The turn was accepted before the store was restored: its run may have run, so it begins paused.</param>
/// <param name="Trace">W3C's <c>traceparent</c> of the span that asked for the turn.</param>
[GenerateSerializer, Immutable, Alias("turn-start")]
internal sealed record TurnStart(
    [property: Id(0)] string ThreadId, [property: Id(1)] byte[]? Earlier, [property: Id(2)] bool Restored, [property: Id(3)] string? Trace);
