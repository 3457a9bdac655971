using Orleans.Runtime.Services;
using OrleansAgents.Grains.Interfaces;

namespace OrleansAgents.Grains.Shell;

/// <summary>Calls supervisors of named silos.</summary>
internal sealed class RunSupervisorClient(IServiceProvider services) : GrainServiceClient<IRunSupervisor>(services)
{
    public IRunSupervisor At(SiloAddress silo) => GetGrainService(silo);
}
