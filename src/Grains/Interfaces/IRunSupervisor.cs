using Orleans.Services;

namespace OrleansAgents.Grains.Interfaces;

/// <summary>One in each silo: brings back runs whose owner died or whose time has come.</summary>
[Alias("run-supervisor")]
internal interface IRunSupervisor : IGrainService
{
    /// <summary>Hands a run back that this silo owns.</summary>
    [Alias("release")]
    Task ReleaseAsync(string runId);
}
