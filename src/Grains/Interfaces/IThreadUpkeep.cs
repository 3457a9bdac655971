using OrleansAgents.Threads;

namespace OrleansAgents.Grains.Interfaces;

/// <summary>What the engine itself asks of a thread. Same grain, same key as <see cref="IThreadGrain"/>.</summary>
[Alias("thread-upkeep")]
internal interface IThreadUpkeep : IGrainWithStringKey
{
    /// <summary>Goes on with what is due: starts the active run, hands messages over, looks whether the run has ended. Idempotent.</summary>
    [Alias("ensure-running")]
    Task EnsureRunningAsync();

    /// <summary>Deletes the thread and its runs, if it rests and nothing happened in it since <paramref name="before"/>.</summary>
    [Alias("expire")]
    Task ExpireAsync(DateTimeOffset before);

    /// <summary>Records what came of a summary, if the memory is still at <paramref name="version"/>.</summary>
    /// <param name="type">Name of the event.</param>
    /// <returns>Whether it was recorded.</returns>
    [Alias("record-memory")]
    Task<bool> RecordMemoryAsync(int version, string type, byte[] data);

    /// <summary>Records that the run of a turn was deleted. Idempotent.</summary>
    [Alias("forget-turn")]
    Task ForgetTurnAsync(int turn, string runId);
}
