using OrleansAgents.Live;

namespace OrleansAgents.Gateway.Tests.Doubles;

/// <summary>The way from a silo to its gateways, which a test holds or loses from.</summary>
internal sealed class LaneFaults : IOutgoingGrainCallFilter
{
    private int _lost;

    /// <summary>Batches with such an item never arrive, and nobody is told.</summary>
    public Func<LaneItem, bool> Loses { get; set; } = _ => false;

    /// <summary>Batches wait for this.</summary>
    public Task Open { get; set; } = Task.CompletedTask;

    /// <summary>Batches that were lost.</summary>
    public int Lost => Volatile.Read(ref _lost);

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (context.Request.GetInterfaceType() != typeof(ILiveSink))
        {
            await context.Invoke();
            return;
        }

        if (((IReadOnlyList<LaneItem>)context.Request.GetArgument(0)!).Any(Loses))
        {
            Interlocked.Increment(ref _lost);
            return;
        }

        await Open;
        await context.Invoke();
    }
}
