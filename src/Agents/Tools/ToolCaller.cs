using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents.Json;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Agents.Tools;

/// <inheritdoc cref="IToolCaller"/>
internal sealed class ToolCaller(ToolRegistry tools, IServiceScopeFactory scopes, TimeProvider time) : IToolCaller
{
    public async Task<ToolResult> CallAsync(
        string tool, JsonElement arguments, ToolCall call, Action<ToolResult> onLate, CancellationToken cancellation)
    {
        if (tools.Find(tool) is not { } registered)
        {
            return new(null, new("unknown_tool", $"There is no tool named '{tool}' in this process."), ToolOutcome.NotStarted, 0);
        }

        cancellation.ThrowIfCancellationRequested();
        var repeatable = registered.Definition.Effect is not ToolEffect.AtMostOnce;
        var timeout = TimeSpan.FromSeconds(registered.Definition.TimeoutSeconds);
        var started = time.GetTimestamp();

        // Disposed when the method has ended, which may be long after this call: it holds the token.
        var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

        // On the pool, because a method may block its thread.
        var work = Task.Run(() => InvokeAsync(registered, arguments, call, started, cut.Token), CancellationToken.None);
        try
        {
            return await work.WaitAsync(timeout, time, cancellation);
        }
        catch (TimeoutException)
        {
            // The work itself never throws, so this is our own timeout.
            _ = work.ContinueWith(
                w => Late(w.Result, onLate), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            if (repeatable)
            {
                await cut.CancelAsync();
            }

            var error = new RunError("timeout", $"{tool} did not end within {registered.Definition.TimeoutSeconds} seconds.");
            return new(null, error, repeatable ? ToolOutcome.Interrupted : ToolOutcome.Unknown, Elapsed(started));
        }
        finally
        {
            _ = work.ContinueWith(
                _ => cut.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    public async Task<CheckResult> CheckAsync(string tool, JsonElement arguments, ToolCall call, CancellationToken cancellation)
    {
        if (tools.Find(tool) is not { Check: { } check } registered)
        {
            return new(CheckFinding.Unknown, null, new("unknown_tool", $"{tool} has no check in this process."));
        }

        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var asked = Task.Run(
                async () => await check.InvokeAsync(Arguments(registered, arguments, call, scope), cut.Token), CancellationToken.None);
            var found = (CallEffect)(await asked.WaitAsync(TimeSpan.FromSeconds(registered.Definition.TimeoutSeconds), time, cancellation))!;
            return new(found.Finding, found.Finding == CheckFinding.Done ? ToolText.Render(found.Result, registered.OutputCap) : null, null);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            await cut.CancelAsync();
            return new(CheckFinding.Unknown, null, new("check_failed", ToolText.Error(e)));
        }
    }

    private async Task<ToolResult> InvokeAsync(
        RegisteredTool tool, JsonElement arguments, ToolCall call, long started, CancellationToken cancellation)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var value = await tool.Function.InvokeAsync(Arguments(tool, arguments, call, scope), cancellation);
            return new(ToolText.Render(value, tool.OutputCap), null, ToolOutcome.Failed, Elapsed(started));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return new(null, new("interrupted", $"{tool.Definition.Name} was cut."), ToolOutcome.Interrupted, Elapsed(started));
        }
        catch (Exception e)
        {
            return new(null, new("tool_failed", ToolText.Error(e)), ToolOutcome.Failed, Elapsed(started));
        }
    }

    private static AIFunctionArguments Arguments(RegisteredTool tool, JsonElement arguments, ToolCall call, AsyncServiceScope scope) =>
        ToolBinding.Arguments(WholeNumbers.In(arguments, tool.Definition.Parameters), call, scope.ServiceProvider);

    /// <summary>A call that ended because it was cut has nothing to tell.</summary>
    private static void Late(ToolResult result, Action<ToolResult> onLate)
    {
        if (result.Outcome != ToolOutcome.Interrupted)
        {
            onLate(result);
        }
    }

    private long Elapsed(long started) => (long)time.GetElapsedTime(started).TotalMilliseconds;
}
