using System.Collections.Immutable;
using OrleansAgents.Agents.Models;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Agents.Tools;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Grains.Interfaces;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;

namespace OrleansAgents.Grains.Runs;

/// <summary>Effects: started when due, cut when no longer due, never awaited by a grain call.</summary>
internal sealed partial class RunGrain
{
    private readonly Dictionary<Effect, Running> _running = [];

    /// <summary>Starts what is due and not running; cuts what runs and is not due.</summary>
    private void Reconcile()
    {
        var run = _run!;
        var due = Standing.Due(run.State).ToList();
        foreach (var (effect, running) in _running)
        {
            if (!due.Contains(effect))
            {
                _running.Remove(effect);
                telemetry.StepClosed(effect.CallId is null, running.Since);
                running.Cut.Cancel();
            }
        }

        foreach (var effect in due)
        {
            if (run.Policy.Draining || _running.ContainsKey(effect))
            {
                continue;
            }

            BeginStretch(run);
            var tool = effect.CallId is null ? null : run.State.Tools.First(t => t.CallId == effect.CallId);
            var running = _running[effect] = new(tool is null || effect.IsCheck || run.Policy.IsRepeatable(tool.Tool), time.GetTimestamp());
            using (ExecutionContext.SuppressFlow())
            {
                _ = tool is null ? AskAsync(run, effect, running, UsePlace())
                    : effect.IsCheck ? CheckAsync(effect, tool, running) : CallAsync(run, effect, tool, running);
            }
        }

        EndStretchIfIdle(run.State);
    }

    private Task AskAsync(HeldRun run, Effect effect, Running running, ModelPlace place) => DoAsync(effect, running, null, async () =>
    {
        var (token, live) = (running.Cut.Token, _live!);
        try
        {
            var context = run.State.Model!.Context;
            var request = run.Window.Build(context);
            var budget = Following.BudgetOf(run.State, time.GetUtcNow());
            var watched = _stretch is { } stretch ? new ModelAttempt(stretch, effect.Step, effect.Attempt) : null;
            Func<Task<ModelOutcome>> ask =
                () => models.AskAsync(place, request, budget, (kind, text) => live.Delta(effect.Step, effect.Attempt, kind, text), token);
            live.Open(context.Through + 1, effect.Step, effect.Attempt);
            return Results.Of(effect, request, await Task.Run(watched is null ? ask : () => watched.WatchAsync(ask)));
        }
        finally
        {
            place.Leave(null);
            live.Close(effect.Step, effect.Attempt);
        }
    });

    private Task CallAsync(HeldRun run, Effect effect, ToolCallState tool, Running running) => DoAsync(effect, running, tool, async () =>
    {
        var stretch = _stretch;
        var call = new ToolCall(Id, tool.Step, tool.CallId, effect.Attempt, $"{Id}/{tool.CallId}");
        return Results.Of(effect, await Task.Run(async () =>
        {
            if (!running.Repeatable)
            {
                await EnsureOwnedAsync(run);
            }

            if (!running.TryDispatch())
            {
                throw new OperationCanceledException();
            }

            using var watched = stretch is null ? null : new ToolAttempt(stretch, call, tool.Tool);
            var result = await tools.CallAsync(tool.Tool, tool.Arguments, call, late => RecordLate(effect, late), running.Cut.Token);
            watched?.Ended(result);
            return result;
        }));
    });

    private Task CheckAsync(Effect effect, ToolCallState tool, Running running) => DoAsync(effect, running, tool, async () =>
    {
        var call = new ToolCall(Id, tool.Step, tool.CallId, tool.Attempt, $"{Id}/{tool.CallId}");
        return Results.Of(effect, await Task.Run(() => tools.CheckAsync(tool.Tool, tool.Arguments, call, running.Cut.Token)));
    });

    /// <summary>Every effect ends here with a result, or because it was cut. Nobody awaits it, so whatever it throws is recorded as what is known then.</summary>
    private async Task DoAsync(Effect effect, Running running, ToolCallState? tool, Func<Task<Result>> work)
    {
        try
        {
            Report(effect, running, await work());
        }
        catch (OperationCanceledException) when (running.IsCut)
        {
            running.Ended.TrySetResult();
        }
        catch (NotOwnedException)
        {
            running.Ended.TrySetResult();
            Lose([], JournalProblems.Run.Moved);
            Settle();
        }
        catch (Exception e)
        {
            EffectFailed(log, e, Id, effect.Step, effect.Attempt, tool?.Tool ?? "model");
            Report(effect, running, Results.OfFailure(effect, running.HasLeft, running.Repeatable, e));
        }
    }

    /// <summary>
    /// An at-most-once call leaves only if the run was certainly ours less than a second ago: by its commit, or by a look at
    /// the epoch. A process that freezes after this check may still act once; the decision's text says so.
    /// </summary>
    private async Task EnsureOwnedAsync(HeldRun run)
    {
        var since = run.OwnedSince;
        while (time.GetElapsedTime(since) >= options.DispatchWithin)
        {
            since = time.GetTimestamp();
            var found = await journal.FindAsync(Id);
            if (found?.Header.Epoch != run.Epoch)
            {
                throw new NotOwnedException();
            }
        }
    }

    private void Report(Effect effect, Running running, Result result)
    {
        // It stays in _running until its commit says that it is no longer due, or it would be started again.
        if (_running.TryGetValue(effect, out var mine) && mine == running)
        {
            _ = CommitAsync(result.Make, null, result.Bodies, otherwise: result.Otherwise);
        }
        else if (!running.Repeatable)
        {
            _ = GrainFactory.GetGrain<IRunUpkeep>(Id).RecordLateAsync(effect.CallId!, effect.Attempt, result.Text, result.Error);
        }

        running.Ended.TrySetResult();
    }

    /// <summary>A timed-out call ended after all; this activation may be gone by then, so the run is asked by its name.</summary>
    private void RecordLate(Effect effect, ToolResult late) =>
        _ = GrainFactory.GetGrain<IRunUpkeep>(Id).RecordLateAsync(effect.CallId!, effect.Attempt, late.Text, late.Error);

    /// <summary>What the open model call has said so far; it says no more.</summary>
    private PartialAnswer? Cut(List<Body> bodies)
    {
        if (_run is not { State.Model: { Phase: CallPhase.Open } m } run || _live?.Take(m.Step, m.Attempt) is not { } open)
        {
            return null;
        }

        var content = open.Texts().Select(p => Bodies.Store(
            p.Kind == "reasoning" ? new ReasoningPart(p.Text) : (ContentPart)new TextPart(p.Text), bodies));
        return new(m.Step, m.Attempt, [.. content], run.Window.Build(m.Context).Hash);
    }

    private void CutRepeatable()
    {
        foreach (var running in _running.Values.Where(r => r.Repeatable))
        {
            running.Cut.Cancel();
        }
    }

    /// <summary>Calls that never left and now never will.</summary>
    private ImmutableHashSet<string> Withdraw() =>
        [.. _running.Where(r => !r.Value.Repeatable && r.Value.TryWithdraw()).Select(r => r.Key.CallId!)];

    /// <summary>Gives at-most-once calls at work their time to finish.</summary>
    private async Task DrainAsync(ImmutableHashSet<string> withdrawn)
    {
        var atWork = _running.Where(r => !r.Value.Repeatable && !withdrawn.Contains(r.Key.CallId!)).Select(r => r.Value.Ended.Task).ToList();
        if (atWork.Count > 0)
        {
            await Task.WhenAny(Task.WhenAll(atWork), Task.Delay(options.Drain, time));
        }
    }

    private void CancelAll()
    {
        foreach (var running in _running.Values)
        {
            running.TryWithdraw();
            running.Cut.Cancel();
        }

        _running.Clear();
        Queue(asks: false);
        EndStretchIfIdle(null);
    }

    private sealed class NotOwnedException : Exception;
}
