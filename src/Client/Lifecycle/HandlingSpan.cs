using System.Diagnostics;
using System.Text.Json;
using OrleansAgents.Events;
using OrleansAgents.Lifecycle;
using OrleansAgents.Telemetry;

namespace OrleansAgents.Client.Lifecycle;

/// <summary>The span in which a consumer handles an event: a part of the trace in which the run was started.</summary>
internal static class HandlingSpan
{
    /// <summary>The span that a run was started in, by its first event; null when nobody listens or nobody traced.</summary>
    public static string? StartOf(JournalEvent created)
    {
        if (!AgentTelemetry.Source.HasListeners())
        {
            return null;
        }

        try
        {
            return (created.Decode() as RunCreated)?.Trace;
        }
        catch (JsonException)
        {
            // It has a form of a newer build. Whoever handles it gets it as it is.
            return null;
        }
    }

    /// <summary>Null when nobody listens, or nobody traced the run's start.</summary>
    public static Activity? Begin(JournalEvent e, string? trace)
    {
        var run = AgentTelemetry.SpanOf(trace);
        return run == default ? null : AgentTelemetry.Source.StartActivity(
            $"process {e.Type}", ActivityKind.Consumer, run,
            [
                new("messaging.operation.type", "process"), new("messaging.destination.name", LifecycleStream.Provider),
                new(AgentTelemetry.RunId, e.JournalId), new(AgentTelemetry.EventType, e.Type), new("orleans_agents.event.seq", e.Seq),
            ]);
    }
}
