using System.Diagnostics.Metrics;
using OrleansAgents.Events;
using OrleansAgents.Execution;
using OrleansAgents.Runs;

namespace OrleansAgents.Telemetry;

/// <summary>The figures of one silo. No run id is ever an attribute: the number of series does not grow with the runs.</summary>
internal sealed class Instruments
{
    private readonly ObservableGauge<int> _queue;
    private readonly ObservableGauge<int> _pending;
    private int _working;
    private int _appending;

    public Instruments(IMeterFactory factory, LocalRuns held, ModelRegistry models)
    {
        var meter = factory.Create(AgentTelemetry.Name);
        ModelDuration = Histogram(meter, "gen_ai.client.operation.duration", "s", Buckets.Seconds, "Request to answer of a model, without the wait for a free place.");
        TokenUsage = Histogram(meter, "gen_ai.client.token.usage", "{token}", Buckets.Tokens, "Tokens of a model call.");
        FirstChunk = Histogram(meter, "gen_ai.client.operation.time_to_first_chunk", "s", Buckets.Seconds, "Request to the first piece of the answer.");
        AgentDuration = Histogram(meter, "gen_ai.invoke_agent.duration", "s", Buckets.LongSeconds, "One stretch of work of a run.");
        ToolDuration = Histogram(meter, "gen_ai.execute_tool.duration", "s", Buckets.Seconds, "One dispatched tool call.");
        StepDuration = Histogram(meter, "orleans_agents.step.duration", "s", Buckets.Seconds, "Intent on disk to outcome on disk.");
        AppendDuration = Histogram(meter, "orleans_agents.journal.append.duration", "s", Buckets.Milliseconds, "One append, with its wait in the store's queue.");
        Recovery = Histogram(meter, "orleans_agents.recovery.duration", "s", Buckets.Milliseconds, "Taking a run's journal and folding it.");
        Fenced = meter.CreateCounter<long>("orleans_agents.journal.fenced", "{append}", "Appends refused because another process owns the run.");
        Events = meter.CreateCounter<long>("orleans_agents.run.events", "{event}", "Durable events by type.");
        _queue = meter.CreateObservableGauge("orleans_agents.journal.queue", () => Volatile.Read(ref _appending), "{append}", "Appends handed to the store and not yet answered.");
        meter.CreateObservableGauge("orleans_agents.runs", () => Runs(held.Count), "{run}", "Runs in this silo's memory.");
        meter.CreateObservableGauge("orleans_agents.model.waiting", () => OfEach(models, g => g.Waiting), "{attempt}", "Attempts that wait for their turn at a model.");
        meter.CreateObservableGauge("orleans_agents.model.breaker", () => OfEach(models, g => g.Down is null ? 0 : 1), "{breaker}", "1 while a model's provider is taken to be down, else 0.");
        _pending = meter.CreateObservableGauge("orleans_agents.pending", OfEachKind, "{run}", "Runs that wait for a person or a client.");
        meter.CreateObservableGauge("orleans_agents.runnable.oldest_age", () => OldestRunnable, "s", "How long the longest waiting run that somebody should resume has waited.");
    }

    public Histogram<double> ModelDuration { get; }
    public Histogram<long> TokenUsage { get; }
    public Histogram<double> FirstChunk { get; }
    public Histogram<double> AgentDuration { get; }
    public Histogram<double> ToolDuration { get; }
    public Histogram<double> StepDuration { get; }
    public Histogram<double> AppendDuration { get; }
    public Histogram<double> Recovery { get; }
    public Counter<long> Fenced { get; }
    public Counter<long> Events { get; }

    /// <summary>Seconds, as of the supervisor's last look; 0 when nothing is due.</summary>
    public double OldestRunnable { get; set; }

    /// <summary>Waiting runs of this silo's partitions by reason, as of the supervisor's last sweep.</summary>
    public IReadOnlyDictionary<string, int> Waiting { get; set; } = new Dictionary<string, int>();

    public bool WantsWaiting => _pending.Enabled;

    /// <summary>Whether anybody wants figures of stretches and what is in them.</summary>
    public bool WantsStretches =>
        AgentDuration.Enabled || ModelDuration.Enabled || ToolDuration.Enabled || TokenUsage.Enabled || FirstChunk.Enabled;

    public bool WantsAppends => AppendDuration.Enabled || Fenced.Enabled || _queue.Enabled;

    /// <summary>Counted even when nobody listens, so that whoever comes later sees the truth.</summary>
    public void Working(int change) => Interlocked.Add(ref _working, change);

    public void Appending(int change) => Interlocked.Add(ref _appending, change);

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

    private static Histogram<T> Histogram<T>(Meter meter, string name, string unit, T[] buckets, string description)
        where T : struct => meter.CreateHistogram(name, unit, description, null, new InstrumentAdvice<T> { HistogramBucketBoundaries = buckets });
}

/// <summary>Bucket boundaries: those of the GenAI conventions, and finer ones for the store.</summary>
internal static class Buckets
{
    public static double[] Seconds { get; } = Powers(0.01, 2, 14);
    public static double[] LongSeconds { get; } = Powers(0.1, 2, 13);
    public static double[] Milliseconds { get; } = Powers(0.00025, 2, 16);
    public static long[] Tokens { get; } = [.. Powers(1, 4, 14).Select(n => (long)n)];

    private static double[] Powers(double first, double factor, int count) =>
        [.. Enumerable.Range(0, count).Select(n => Math.Round(first * Math.Pow(factor, n), 5))];
}
