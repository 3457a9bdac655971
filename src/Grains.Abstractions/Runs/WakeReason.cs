
namespace OrleansAgents.Runs;

/// <summary>Why a run is looked at.</summary>
[Alias("wake-reason")]
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
