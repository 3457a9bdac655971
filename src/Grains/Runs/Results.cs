using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Agents.Tools;
using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;

namespace OrleansAgents.Grains.Runs;

/// <summary>What an effect came to, as a command with the bodies that it brings.</summary>
/// <param name="Otherwise">What is recorded where the command itself cannot be.</param>
internal sealed record Result(
    Func<DateTimeOffset, Command> Make, IReadOnlyList<Body> Bodies, string? Text = null, RunError? Error = null,
    Func<DateTimeOffset, Command>? Otherwise = null);

/// <summary>From executors' outcomes to the core's commands.</summary>
internal static class Results
{
    public static Result Of(Effect e, ModelRequest request, ModelOutcome outcome)
    {
        if (outcome is ModelFault f)
        {
            var jitter = Random.Shared.NextDouble();
            return new(now => new ModelFaulted(now, e.Step, e.Attempt, f.Error, f.Kind, f.RetryAfter, jitter, f.Used), []);
        }

        var answer = (ModelAnswer)outcome;
        var bodies = new List<Body>();
        var content = answer.Content.Select(p => Bodies.Store(p, bodies)).ToList();
        var output = answer.Output is { } json ? Bodies.Store(json, bodies) : Bodies.StoreTogether([.. answer.Content.OfType<TextPart>().Select(p => p.Text.Preview)], bodies);
        var calls = answer.Calls.Select(c => new AskedCall(c.ProviderCallId, c.Tool, c.Arguments, c.Invalid, c.Protected)).ToList();
        return new(
            now => new ModelAnswered(now, e.Step, e.Attempt, content, calls, answer.Usage, answer.FinishReason, request.Tokens, request.Hash, answer.Invalid, output), bodies,
            Otherwise: now => new ModelFaulted(now, e.Step, e.Attempt, Unrecordable("The model's answer"), FaultKind.Final, null, 0));
    }

    public static Result Of(Effect e, CheckResult found)
    {
        var bodies = new List<Body>();
        var text = found.Text is null ? null : Bodies.Store(found.Text, bodies);
        return new(
            now => new CallChecked(now, e.CallId!, e.Attempt, found.Finding, text, found.Error), bodies,
            Otherwise: now => new CallChecked(now, e.CallId!, e.Attempt, CheckFinding.Unknown, null, Unrecordable("What the check found")));
    }

    public static Result Of(Effect e, ToolResult result)
    {
        if (result.Error is { } error)
        {
            return new(
                now => new ToolErred(now, e.CallId!, e.Attempt, error, result.Outcome), [], null, error,
                now => new ToolErred(now, e.CallId!, e.Attempt, Unrecordable("The tool's error"), result.Outcome));
        }

        var bodies = new List<Body>();
        var text = Bodies.Store(result.Text!, bodies);
        return new(
            now => new ToolReturned(now, e.CallId!, e.Attempt, text, result.DurationMs), bodies, result.Text,
            Otherwise: now => new ToolErred(now, e.CallId!, e.Attempt, Unrecordable("The tool's result"), ToolOutcome.Failed));
    }

    /// <summary>What is known of an effect that failed in this process.</summary>
    /// <param name="hasLeft">A tool call may have reached its tool.</param>
    public static Result OfFailure(Effect e, bool hasLeft, bool repeatable, Exception failure)
    {
        var error = new RunError(ErrorCodes.Internal, $"The service failed ({failure.GetType().Name}); its log has the reason.");
        if (e.CallId is not { } call)
        {
            var jitter = Random.Shared.NextDouble();
            return new(now => new ModelFaulted(now, e.Step, e.Attempt, error, failure is StorageRefusedException ? FaultKind.Transient : FaultKind.Defect, null, jitter), []);
        }

        var outcome = !hasLeft ? ToolOutcome.NotStarted : repeatable ? ToolOutcome.Failed : ToolOutcome.Unknown;
        return e.IsCheck
            ? new(now => new CallChecked(now, call, e.Attempt, CheckFinding.Unknown, null, error), [])
            : new(now => new ToolErred(now, call, e.Attempt, error, outcome), [], null, error);
    }

    private static RunError Unrecordable(string what) => new(ErrorCodes.Unrecordable, $"{what} has no form in which it could be recorded.");
}
