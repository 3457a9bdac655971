using System.Diagnostics.Metrics;
using OrleansAgents.Telemetry;

namespace OrleansAgents.Agents.Telemetry;

/// <summary>The metrics of model and tool calls, by the GenAI conventions. No run id is ever an attribute: the number of series does not grow with the runs.</summary>
internal sealed class Instruments
{
    private readonly TimeProvider _time;

    public Instruments(IMeterFactory factory, TimeProvider time)
    {
        _time = time;
        var meter = factory.Create(AgentTelemetry.Name);
        ModelDuration = meter.Histogram("gen_ai.client.operation.duration", "s", Buckets.Seconds, "Request to answer of a model, without the wait for a free place.");
        TokenUsage = meter.Histogram("gen_ai.client.token.usage", "{token}", Buckets.Tokens, "Tokens of a model call.");
        FirstChunk = meter.Histogram("gen_ai.client.operation.time_to_first_chunk", "s", Buckets.Seconds, "Request to the first piece of the answer.");
        AgentDuration = meter.Histogram("gen_ai.invoke_agent.duration", "s", Buckets.LongSeconds, "One stretch of work of a run.");
        ToolDuration = meter.Histogram("gen_ai.execute_tool.duration", "s", Buckets.Seconds, "One dispatched tool call.");
    }

    public Histogram<double> ModelDuration { get; }
    public Histogram<long> TokenUsage { get; }
    public Histogram<double> FirstChunk { get; }
    public Histogram<double> AgentDuration { get; }
    public Histogram<double> ToolDuration { get; }

    /// <summary>Whether anybody listens to one of them.</summary>
    public bool Enabled => AgentDuration.Enabled || ModelDuration.Enabled || ToolDuration.Enabled || TokenUsage.Enabled || FirstChunk.Enabled;

    /// <summary>Monotonic time, for <see cref="Seconds"/>.</summary>
    public long Now => _time.GetTimestamp();

    /// <summary>Seconds since an earlier <see cref="Now"/>.</summary>
    public double Seconds(long since) => _time.GetElapsedTime(since).TotalSeconds;
}
