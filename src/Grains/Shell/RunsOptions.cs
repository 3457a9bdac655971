using OrleansAgents.Events;

namespace OrleansAgents.Grains.Shell;

/// <summary>How runs are hosted.</summary>
internal sealed class RunsOptions
{
    /// <summary>What at-most-once calls get to finish when the host stops. Default 25 s (<c>Stop:DrainSeconds</c>).</summary>
    public TimeSpan Drain { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>How often supervisors look for due times and dead owners. Default 1 s.</summary>
    public TimeSpan Tick { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Ticks between two sweeps for a silo's own rows without a live activation. Default 12.</summary>
    public int TicksPerSweep { get; set; } = 12;

    /// <summary>What a start gets that names no budget of its own.</summary>
    public Budget DefaultBudget { get; set; } = new(Steps: 1_000, Tokens: null, Seconds: 24 * 60 * 60);

    /// <summary>How long ended runs and resting threads are kept; null, the default, is for ever (<c>Retention:Ended</c>).</summary>
    public TimeSpan? KeepEnded { get; set; }

    /// <summary>Events between two snapshots. Default 50.</summary>
    public int SnapshotEvery { get; set; } = 50;

    /// <summary>When a supervisor looks after a resting run whose events are not published yet. Default 10 s.</summary>
    public TimeSpan PublishWithin { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How old the proof of ownership may be when an at-most-once call leaves. Default 1 s.</summary>
    public TimeSpan DispatchWithin { get; set; } = TimeSpan.FromSeconds(1);
}
