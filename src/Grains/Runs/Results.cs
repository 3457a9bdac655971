using OrleansAgents.Core;
using OrleansAgents.Events;
using OrleansAgents.Execution;
using OrleansAgents.Journal;

namespace OrleansAgents.Runs;

/// <summary>What an effect came to, as a command with the bodies that it brings.</summary>
internal sealed record Result(
    Func<DateTimeOffset, Command> Make, IReadOnlyList<Body> Bodies, string? Text = null, RunError? Error = null);

/// <summary>From executors' outcomes to the core's commands.</summary>
internal static class Results
{
    public static Result Of(Effect e, ModelRequest request, ModelOutcome outcome)
    {
        if (outcome is ModelFault f)
        {
            var kind = f.Kind switch
            {
                ModelFaultKind.Transient => FaultKind.Transient,
                ModelFaultKind.Provider => FaultKind.Provider,
                _ => FaultKind.Final,
            };
            var jitter = Random.Shared.NextDouble();
            return new(now => new ModelFaulted(now, e.Step, e.Attempt, f.Error, kind, f.RetryAfter, jitter), []);
        }

        var answer = (ModelAnswer)outcome;
        var bodies = new List<Body>();
        var content = answer.Content.Select(p => Bodies.Store(p, bodies)).ToList();
        var calls = answer.Calls.Select(c => new AskedCall(c.ProviderCallId, c.Tool, c.Arguments, c.Invalid)).ToList();
        return new(
            now => new ModelAnswered(now, e.Step, e.Attempt, content, calls, answer.Usage, answer.FinishReason, request.Tokens, request.Hash, answer.Invalid), bodies);
    }

    public static Result Of(Effect e, CheckResult found)
    {
        var bodies = new List<Body>();
        var text = found.Text is null ? null : Bodies.Store(found.Text, bodies);
        return new(now => new CallChecked(now, e.CallId!, e.Attempt, found.Finding, text, found.Error), bodies);
    }

    public static Result Of(Effect e, ToolResult result)
    {
        if (result.Error is { } error)
        {
            return new(now => new ToolErred(now, e.CallId!, e.Attempt, error, result.Outcome), [], null, error);
        }

        var bodies = new List<Body>();
        var text = Bodies.Store(result.Text!, bodies);
        return new(now => new ToolReturned(now, e.CallId!, e.Attempt, text, result.DurationMs), bodies, result.Text);
    }
}
