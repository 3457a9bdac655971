using System.Diagnostics;

namespace OrleansAgents.Telemetry;

/// <summary>Under which name runs and those who handle their events tell OpenTelemetry what they do.</summary>
public static class AgentTelemetry
{
    /// <summary>Of the activity source and of the meter, in every process.</summary>
    public const string Name = "OrleansAgents";

    /// <summary>Attribute of every span that belongs to a run.</summary>
    internal const string RunId = "orleans_agents.run.id";

    /// <summary>Attribute that names a durable event.</summary>
    internal const string EventType = "orleans_agents.event.type";

    internal static ActivitySource Source { get; } = new(Name);

    /// <summary>W3C's name of a span in a call's context, and the one that Orleans uses.</summary>
    internal const string CallKey = "traceparent";

    /// <summary>The span of the grain call at hand, or what its caller said of its own: also that it is not kept.</summary>
    internal static ActivityContext Caller =>
        Activity.Current is { IsStopped: false } span ? span.Context : SpanOf(RequestContext.Get(CallKey) as string);

    /// <summary>A span as W3C's <c>traceparent</c>; null for none.</summary>
    internal static string? ToText(this ActivityContext span) =>
        span == default ? null : $"00-{span.TraceId}-{span.SpanId}-{(byte)span.TraceFlags:x2}";

    /// <summary>Parses a <c>traceparent</c>. The default context for null or an invalid text: a wrong trace must never stop a run.</summary>
    internal static ActivityContext SpanOf(string? traceparent) =>
        ActivityContext.TryParse(traceparent, null, isRemote: true, out var span) ? span : default;

    /// <summary>Its type alone: a message may hold what was said.</summary>
    internal static void Failed(this Activity span, Exception error) =>
        span.SetTag("error.type", error.GetType().FullName).SetStatus(ActivityStatusCode.Error);
}
