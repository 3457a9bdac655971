using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents.Telemetry;
using OrleansAgents.Journal;
using OrleansAgents.Telemetry;

namespace OrleansAgents.Grains.Telemetry;

/// <summary>Records duration, outcome and queue length of every append.</summary>
internal sealed class MeteredJournal : JournalDecorator
{
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _fenced;
    private readonly ObservableGauge<int> _queue;
    private readonly TimeProvider _time;
    private int _open;

    public MeteredJournal([FromKeyedServices(JournalHosting.Store)] IJournal store, IMeterFactory factory, TimeProvider time)
        : base(store)
    {
        var meter = factory.Create(AgentTelemetry.Name);
        _duration = meter.Histogram("orleans_agents.journal.append.duration", "s", Buckets.Milliseconds, "One append, with its wait in the store's queue.");
        _fenced = meter.CreateCounter<long>("orleans_agents.journal.fenced", "{append}", "Appends refused because another process owns the journal.");
        _queue = meter.CreateObservableGauge("orleans_agents.journal.queue", () => Volatile.Read(ref _open), "{append}", "Appends handed to the store and not yet answered.");
        _time = time;
    }

    public override Task<AppendOutcome> AppendAsync(Append append) =>
        _duration.Enabled || _fenced.Enabled || _queue.Enabled ? MeasureAsync(append) : base.AppendAsync(append);

    /// <summary>Whether a fenced append proves a second owner. A repeated start and a header update by a process that does not own the journal are fenced in normal operation too.</summary>
    private static bool IsByOwner(Append append) =>
        append.ExpectedHead > 0 && (append.Header.Owner is not null || append.Events.Count + append.Commands.Count > 0);

    private async Task<AppendOutcome> MeasureAsync(Append append)
    {
        var began = _time.GetTimestamp();
        var outcome = "refused";
        Interlocked.Increment(ref _open);
        try
        {
            var result = await base.AppendAsync(append);
            outcome = result switch { AppendOutcome.Committed => "committed", AppendOutcome.Fenced => "fenced", _ => "unknown" };
            if (result == AppendOutcome.Fenced && IsByOwner(append))
            {
                _fenced.Add(1);
            }

            return result;
        }
        finally
        {
            Interlocked.Decrement(ref _open);
            _duration.Record(_time.GetElapsedTime(began).TotalSeconds, new KeyValuePair<string, object?>(Tag.Outcome, outcome));
        }
    }
}
