using System.Diagnostics;
using OrleansAgents.Agents.Telemetry;

namespace OrleansAgents.Agents.Tools;

/// <summary>One dispatched tool call: a span, and a figure. Spans of the tool's own lie under it.</summary>
internal sealed class ToolAttempt : IDisposable
{
    private readonly Stretch _stretch;
    private readonly string _tool;
    private readonly long _began;
    private readonly Activity? _activity;
    private string? _error = "interrupted";

    public ToolAttempt(Stretch stretch, ToolCall call, string tool)
    {
        (_stretch, _tool, _began) = (stretch, tool, stretch.Instruments.Now);
        _activity = stretch.Start(
            $"execute_tool {tool}", ActivityKind.Internal, call.Step, call.Attempt,
            [new(Tag.Operation, "execute_tool"), new(Tag.ToolName, tool), new(Tag.ToolCallId, call.CallId), new(Tag.ToolType, "function")]);
    }

    /// <summary>How it ended; without, it was cut.</summary>
    public void Ended(ToolResult result) => _error = result.Error?.Code;

    public void Dispose()
    {
        var tags = new TagList { { Tag.ToolName, _tool }, { Tag.ToolType, "function" }, { Tag.AgentName, _stretch.Agent } };
        if (_error is not null)
        {
            tags.Add(Tag.ErrorType, _error);
        }

        _stretch.Instruments.ToolDuration.Record(_stretch.Instruments.Seconds(_began), tags);
        _activity?.Close(_error);
    }
}
