using OrleansAgents.Events;

namespace OrleansAgents.Runs;

/// <summary>What the engine itself asks of a run. Same grain, same key as <see cref="IRunGrain"/>.</summary>
[Alias("run-upkeep")]
internal interface IRunUpkeep : IGrainWithStringKey
{
    /// <summary>Takes the journal if need be and goes on with what is due. Idempotent.</summary>
    /// <returns>Why it could not.</returns>
    [Alias("ensure-running")]
    Task<Problem?> EnsureRunningAsync(WakeReason reason = WakeReason.Due);

    /// <summary>Creates the run as a turn of a thread.</summary>
    /// <param name="earlier">The body of earlier turns' messages; null for none.</param>
    /// <param name="restored">The turn was accepted before the store was restored: its run may have run, so it begins paused.</param>
    [Alias("start-turn")]
    Task<CommandResult> StartTurnAsync(StartRun request, string? threadId, byte[]? earlier, bool restored, CommandMeta meta);

    /// <summary>Records the result of a call whose attempt may no longer be open.</summary>
    [Alias("record-late")]
    Task RecordLateAsync(string callId, int attempt, string? text, RunError? error);
}

/// <summary>Why a run is looked at.</summary>
internal enum WakeReason
{
    /// <summary>Its time may have come, or its owner is gone.</summary>
    Due,

    /// <summary>Its model has answered another call: who waits for its provider tries now.</summary>
    ModelIsBack,

    /// <summary>Its model may be asked with another configuration: who waits for its provider tries now, however often it was refused.</summary>
    ServiceStarted,

    /// <summary>Its times were recorded by a wall clock that was ahead: who waits for a model tries now.</summary>
    ClockWasAhead,
}
