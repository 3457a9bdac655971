using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace OrleansAgents.Testing;

/// <summary>What the engine tells about one run, and every figure of it, as any listener would get them.</summary>
internal sealed class RecordedTelemetry : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _runId;
    private readonly ActivityListener _spans;
    private readonly MeterListener _figures;
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly SemaphoreSlim _news = new(0);

    /// <param name="runId">Spans of other runs are left out: tests go on beside each other.</param>
    /// <param name="scope">Takes the meters of some hosts only.</param>
    public RecordedTelemetry(string runId, Func<object?, bool> scope)
    {
        _runId = runId;
        _spans = new()
        {
            ShouldListenTo = s => s.Name == "OrleansAgents",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Ended,
        };
        ActivitySource.AddActivityListener(_spans);
        _figures = new() { InstrumentPublished = (i, l) => Publish(i, l, scope) };
        _figures.SetMeasurementEventCallback<double>((i, value, tags, _) => Figures.Enqueue(new(i.Name, value, tags.ToArray().ToDictionary())));
        _figures.SetMeasurementEventCallback<long>((i, value, tags, _) => Figures.Enqueue(new(i.Name, value, tags.ToArray().ToDictionary())));
        _figures.SetMeasurementEventCallback<int>((i, value, tags, _) => Figures.Enqueue(new(i.Name, value, tags.ToArray().ToDictionary())));
        _figures.Start();
    }

    public ConcurrentQueue<Figure> Figures { get; } = new();

    /// <summary>In the order of their start.</summary>
    public IReadOnlyList<Activity> Spans => [.. _ended.OrderBy(a => a.StartTimeUtc)];

    public IReadOnlyList<Figure> Of(string instrument) => [.. Figures.Where(f => f.Instrument == instrument)];

    /// <summary>Asks the gauges.</summary>
    public void Look() => _figures.RecordObservableInstruments();

    /// <summary>Waits until so many spans have ended.</summary>
    public async Task UntilAsync(int spans)
    {
        while (_ended.Count < spans)
        {
            if (!await _news.WaitAsync(Patience))
            {
                throw new TimeoutException($"Waited {Patience.TotalSeconds} s for {spans} spans; there are: {string.Join(", ", Spans.Select(s => s.DisplayName))}.");
            }
        }
    }

    public void Dispose()
    {
        _spans.Dispose();
        _figures.Dispose();
        _news.Dispose();
    }

    private static void Publish(Instrument instrument, MeterListener listener, Func<object?, bool> scope)
    {
        if (instrument.Meter.Name == "OrleansAgents" && scope(instrument.Meter.Scope))
        {
            listener.EnableMeasurementEvents(instrument);
        }
    }

    private void Ended(Activity activity)
    {
        if (activity.GetTagItem("orleans_agents.run.id") as string == _runId)
        {
            _ended.Enqueue(activity);
            _news.Release();
        }
    }

    internal sealed record Figure(string Instrument, double Value, IReadOnlyDictionary<string, object?> Tags);
}
