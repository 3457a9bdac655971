using System.Diagnostics.Metrics;
using OrleansAgents.Agents.Models;
using OrleansAgents.Agents.Telemetry;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Telemetry;

namespace OrleansAgents.Grains.Telemetry;

/// <summary>The metrics of one silo's runs. No run id is ever an attribute: the number of series does not grow with the runs.</summary>
internal sealed class RunInstruments
{
    private readonly ObservableGauge<int> _pending;
    private int _working;

    public RunInstruments(IMeterFactory factory, LocalRuns held, ModelRegistry models)
    {
        var meter = factory.Create(AgentTelemetry.Name);
        StepDuration = meter.Histogram("orleans_agents.step.duration", "s", Buckets.Seconds, "Intent on disk to outcome on disk.");
        Recovery = meter.Histogram("orleans_agents.recovery.duration", "s", Buckets.Milliseconds, "Taking a run's journal and folding it.");
        Events = meter.CreateCounter<long>("orleans_agents.run.events", "{event}", "Durable events by type.");
        meter.CreateObservableGauge("orleans_agents.runs", () => Runs(held.Count), "{run}", "Runs in this silo's memory.");
        meter.CreateObservableGauge("orleans_agents.model.waiting", () => OfEach(models, g => g.Waiting), "{attempt}", "Attempts that wait for their turn at a model.");
        meter.CreateObservableGauge("orleans_agents.model.breaker", () => OfEach(models, g => g.Down is null ? 0 : 1), "{breaker}", "1 while a model's provider is taken to be down, else 0.");
        _pending = meter.CreateObservableGauge("orleans_agents.pending", OfEachKind, "{run}", "Runs that wait for a person or a client.");
        meter.CreateObservableGauge("orleans_agents.runnable.oldest_age", () => OldestRunnable, "s", "How long the longest waiting run that somebody should resume has waited.");
    }

    public Histogram<double> StepDuration { get; }
    public Histogram<double> Recovery { get; }
    public Counter<long> Events { get; }

    /// <summary>Seconds, as of the supervisor's last look; 0 when nothing is due.</summary>
    public double OldestRunnable { get; set; }

    /// <summary>Waiting runs of this silo's partitions by reason, as of the supervisor's last sweep.</summary>
    public IReadOnlyDictionary<string, int> Waiting { get; set; } = new Dictionary<string, int>();

    public bool WantsWaiting => _pending.Enabled;

    /// <summary>Counted even when nobody listens, so that whoever comes later sees the truth.</summary>
    public void Working(int change) => Interlocked.Add(ref _working, change);

    /// <summary>Runs with something in flight, and those that are only held.</summary>
    private Measurement<int>[] Runs(int held)
    {
        var working = Volatile.Read(ref _working);
        return [new(working, State("working")), new(Math.Max(0, held - working), State("idle"))];
    }

    private static IEnumerable<Measurement<int>> OfEach(ModelRegistry models, Func<ModelGate, int> figure) =>
        models.Names.Select(name => new Measurement<int>(figure(models.Find(name)!.Gate), new KeyValuePair<string, object?>(Tag.Model, name)));

    /// <summary>None is a figure too: a series that goes away would leave its alert as it was.</summary>
    private IEnumerable<Measurement<int>> OfEachKind() => WaitReason.Pending.Select(
        kind => new Measurement<int>(Waiting.GetValueOrDefault(kind), new KeyValuePair<string, object?>(Tag.PendingKind, kind)));

    private static KeyValuePair<string, object?> State(string state) => new(Tag.RunState, state);
}
