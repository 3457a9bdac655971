using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using OrleansAgents.Agents.Models;
using OrleansAgents.Agents.Telemetry;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Telemetry;

namespace OrleansAgents.Grains.Telemetry;

/// <summary>Tells what runs do: spans, figures, and one log line for each durable event. Never their content.</summary>
/// <remarks>Only what runs is told; a journal that is folded again says nothing. Costs nothing as long as nobody listens.</remarks>
internal sealed partial class RunTelemetry(RunInstruments instruments, Instruments calls, ModelRegistry models, ILoggerFactory logs, TimeProvider time)
{
    /// <summary>Log category with one line for each durable event.</summary>
    public const string Transitions = "RunTransitions";

    /// <summary>Links are a help for readers; so many runs at rest are remembered for them.</summary>
    private const int Remembered = 10_000;

    private readonly ConcurrentDictionary<string, ActivityContext> _left = new();
    private readonly ILogger _log = logs.CreateLogger(Transitions);

    /// <summary>A run starts to work here. Null when nobody listens.</summary>
    /// <param name="origin">The span that the run was started in, as its journal has it.</param>
    /// <param name="asked">The span of the command that it works for, where one made it start.</param>
    public Stretch? Begin(string runId, RunState state, string? origin, ActivityContext asked)
    {
        instruments.Working(1);
        if (!AgentTelemetry.Source.HasListeners() && !calls.Enabled)
        {
            return null;
        }

        _left.TryRemove(runId, out var before);
        return new(calls, runId, state, CalledModel.Of(state.ModelName, models.Find(state.ModelName)?.Settings), asked, [before, AgentTelemetry.SpanOf(origin)]);
    }

    /// <summary>Nothing of the run is in flight any more.</summary>
    /// <param name="state">Null when the run is not ours any more.</param>
    public void End(Stretch? stretch, string runId, RunState? state)
    {
        instruments.Working(-1);
        if (stretch?.End(state) is { } last && state?.Ended is null)
        {
            if (_left.Count >= Remembered)
            {
                _left.Clear();
            }

            _left[runId] = last;
        }
    }

    /// <summary>A step's intent was recorded at <paramref name="since"/>; its outcome is now.</summary>
    public void StepClosed(bool model, long since)
    {
        if (instruments.StepDuration.Enabled)
        {
            instruments.StepDuration.Record(Seconds(since), new KeyValuePair<string, object?>(Tag.StepKind, model ? "model" : "tool"));
        }
    }

    /// <summary>The run was taken and folded.</summary>
    /// <param name="takeover">An owner had left it at work.</param>
    public void Recovered(bool takeover, long since)
    {
        if (instruments.Recovery.Enabled)
        {
            instruments.Recovery.Record(Seconds(since), new KeyValuePair<string, object?>(Tag.Takeover, takeover));
        }
    }

    public void Committed(IReadOnlyList<JournalEvent> events)
    {
        var (counts, tells) = (instruments.Events.Enabled, _log.IsEnabled(LogLevel.Information));
        for (var i = 0; (counts || tells) && i < events.Count; i++)
        {
            var e = events[i];
            instruments.Events.Add(1, new KeyValuePair<string, object?>(Tag.EventType, e.Type));
            Transition(_log, e.JournalId, e.Seq, e.Type);
        }
    }

    private double Seconds(long since) => time.GetElapsedTime(since).TotalSeconds;

    [LoggerMessage(Level = LogLevel.Information, Message = "{RunId} {Seq} {Type}")]
    private static partial void Transition(ILogger log, string runId, long seq, string type);
}
