using System.Diagnostics;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Telemetry;

namespace OrleansAgents.Agents.Telemetry;

/// <summary>One stretch of work of an activation: from the first effect that starts until nothing is in flight. A run may last days; no span does.</summary>
internal sealed class Stretch
{
    private readonly Instruments _instruments;
    private readonly string _runId;
    private readonly string _conversation;
    private readonly string _agent;
    private readonly long _began;
    private readonly Activity? _activity;
    private volatile Activity? _last;

    /// <param name="asked">The span of the command that made it start: it is a part of that. Without one it begins a trace of its own.</param>
    /// <param name="links">Where to look for what was before: the last span of the stretch before, where this process knows it, and the one that the run was started in.</param>
    public Stretch(Instruments instruments, string runId, RunState state, CalledModel model, ActivityContext asked, ReadOnlySpan<ActivityContext> links)
    {
        (_instruments, _runId, _conversation, _agent) = (instruments, runId, state.ThreadId ?? runId, state.Agent);
        Model = model;
        _began = instruments.Now;
        if (!AgentTelemetry.Source.HasListeners())
        {
            return;
        }

        // Whatever flow happens to be here is not what the work belongs to; and nothing of ours stays behind in it.
        var ambient = Activity.Current;
        Activity.Current = null;
        KeyValuePair<string, object?>[] tags =
        [
            new(Tag.Operation, "invoke_agent"), new(Tag.Provider, Model.Provider), new(Tag.AgentName, _agent),
            new(Tag.AgentVersion, state.Definition), new(Tag.RequestModel, Model.Name), new(Tag.Conversation, _conversation), new(Tag.RunId, runId),
        ];
        _activity = AgentTelemetry.Source.StartActivity(
            $"invoke_agent {_agent}", ActivityKind.Internal, asked, tags, LinksTo(links, asked.TraceId));
        Activity.Current = ambient;
    }

    public CalledModel Model { get; }

    public Instruments Instruments => _instruments;

    public string Agent => _agent;

    /// <summary>A span under this one, whichever thread asks. Null when nobody listens.</summary>
    public Activity? Start(string name, ActivityKind kind, int step, int attempt, ReadOnlySpan<KeyValuePair<string, object?>> own)
    {
        if (_activity is null)
        {
            return null;
        }

        KeyValuePair<string, object?>[] tags =
            [.. own, new(Tag.Conversation, _conversation), new(Tag.RunId, _runId), new(Tag.Step, step), new(Tag.Attempt, attempt)];
        return _last = AgentTelemetry.Source.StartActivity(name, kind, _activity.Context, tags) ?? _last;
    }

    /// <summary>What is in the same trace needs no link.</summary>
    private static List<ActivityLink>? LinksTo(ReadOnlySpan<ActivityContext> spans, ActivityTraceId trace)
    {
        List<ActivityLink>? links = null;
        foreach (var span in spans)
        {
            if (span != default && span.TraceId != trace)
            {
                (links ??= []).Add(new(span));
            }
        }

        return links;
    }

    /// <summary>The last span, for the link of the stretch that follows.</summary>
    public ActivityContext? End(RunState? state)
    {
        var error = state is { Ended: RunStatus.Failed } ? state.Error?.Code : null;
        var seconds = _instruments.Seconds(_began);
        var tags = new TagList { { Tag.AgentName, _agent }, { Tag.RequestModel, Model.Name } };
        if (error is not null)
        {
            tags.Add(Tag.ErrorType, error);
        }

        _instruments.AgentDuration.Record(seconds, tags);
        if (_activity is null)
        {
            return null;
        }

        if (state is not null)
        {
            var (status, reason, _) = Standing.Of(state);
            _activity.SetTag(Tag.RunStatus, status.ToString().ToLowerInvariant()).SetTag(Tag.RunReason, reason).SetTag(Tag.Step, state.Step);
        }

        _activity.Close(error);
        return (_last ?? _activity).Context;
    }
}

/// <summary>Ends spans in one way.</summary>
internal static class ActivityEnd
{
    /// <param name="error">A stable code, never a message.</param>
    public static void Close(this Activity activity, string? error)
    {
        if (error is not null)
        {
            activity.SetTag(Tag.ErrorType, error).SetStatus(ActivityStatusCode.Error);
        }

        // Ending a span makes its predecessor the current one, in whatever flow that happens.
        var ambient = Activity.Current;
        activity.Stop();
        Activity.Current = ambient == activity ? null : ambient;
    }
}
