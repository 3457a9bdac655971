using Microsoft.Extensions.DependencyInjection;

namespace OrleansAgents.Grains.Shell;

/// <summary>Who this silo is, who else lives, and how to ask another for a run.</summary>
internal sealed class Ownership(ILocalSiloDetails me, ISiloStatusOracle silos, IServiceProvider services)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>This silo's address with its generation: a restarted process is another owner.</summary>
    public string Me { get; } = me.SiloAddress.ToParsableString();

    /// <summary>Owners whose runs need no care.</summary>
    public IReadOnlyCollection<string> Live =>
        [.. silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Select(s => s.ToParsableString()).Append(Me).Distinct()];

    /// <summary>Lets a living owner hand the run back in order; it is taken after a second in any case.</summary>
    public async Task AskToReleaseAsync(string owner, string runId)
    {
        var silo = SiloAddress.FromParsableString(owner);
        if (silos.GetApproximateSiloStatus(silo) != SiloStatus.Active)
        {
            return;
        }

        try
        {
            await services.GetRequiredService<RunSupervisorClient>().At(silo).ReleaseAsync(runId).WaitAsync(Patience);
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            // The epoch fences it off.
        }
    }
}
