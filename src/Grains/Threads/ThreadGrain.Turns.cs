using Microsoft.Extensions.Logging;
using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Threads;
using OrleansAgents.Events;
using OrleansAgents.Grains.Interfaces;
using OrleansAgents.Grains.Runs;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Threads;

/// <summary>What is due: the active run is started, messages are handed to it, its end is noticed, the next turn begins.</summary>
internal sealed partial class ThreadGrain
{
    private string? _started;

    /// <summary>Until nothing more is due, or something does not answer: then the journal's wake time brings somebody back.</summary>
    private async Task GoOnAsync()
    {
        try
        {
            while ((await HeldAsync()).State is { Active: { } turn } state)
            {
                if (!await IsStartedAsync(turn) || !await HandOverAsync(turn, state) || await EndOfAsync(turn.RunId) is not { } end)
                {
                    break;
                }

                // Whatever the ended run refused becomes a turn of its own, in order.
                await CommitAsync(now => new EndTurn(now, Id, turn.RunId, end), null);
            }

            var held = await HeldAsync();
            await AppendAsync(held, held.State, [], [], [], time.JournalNow());
        }
        catch (Exception e) when (JournalProblems.Thread.Of(e) is not null || e is TimeoutException or OrleansException)
        {
            Drop();
            Delayed(log, e, Id);
        }
    }

    /// <summary>Starts the turn's run, once however often it is tried. False when it was not started, for now or for good.</summary>
    private async Task<bool> IsStartedAsync(TurnAccepted turn)
    {
        if (_started == turn.RunId)
        {
            return true;
        }

        if (await FindRunAsync(turn.RunId) is null)
        {
            var restored = _held!.IsOlderThan(journal);
            var input = await Bodies.LoadAsync(journal, Id, turn.Input);
            var window = catalog.Find(turn.Agent)?.WindowTokens ?? AgentDefinition.DefaultWindowTokens;
            var earlier = await GrainFactory.GetGrain<IMemoryGrain>(Id).AssembleAsync(input, window / 2);
            var start = new StartRun(
                turn.Agent, input, turn.Options?.Model, turn.Options?.Instructions,
                turn.Options?.Metadata is { } metadata ? new(metadata) : null, turn.Options?.Budget, turn.Options?.StartAt, turn.Options?.OutputSchema);
            var result = await GrainFactory.GetGrain<IRunUpkeep>(turn.RunId).StartTurnAsync(start, new(Id, earlier, restored, turn.Options?.Trace), MetaOf(turn.MessageId));
            if (result.Problem is { } never && Startable.IsFinal(never))
            {
                await CommitAsync(now => new EndTurn(now, Id, turn.RunId, RunStatus.Failed, new(never.Code, never.Message)), null);
                return true;
            }

            if (result.Receipt is null)
            {
                return false;
            }
        }

        _started = turn.RunId;
        return true;
    }

    /// <summary>Gives steers to the active run. False when one has no answer yet; a refused one waits for its turn.</summary>
    private async Task<bool> HandOverAsync(TurnAccepted turn, ThreadState state)
    {
        foreach (var message in state.Steers)
        {
            var text = await Bodies.LoadAsync(journal, Id, message.Input);
            var result = await GrainFactory.GetGrain<IRunGrain>(turn.RunId).MessageAsync(text, MessageDelivery.Steer, MetaOf(message.MessageId));
            if (result.Receipt is not null)
            {
                await CommitAsync(now => new RecordDelivery(now, message.MessageId), null);
            }
            else if (result.Problem?.Code is not (ProblemCodes.InvalidState or ProblemCodes.RunDeleted))
            {
                return false;
            }
        }

        return true;
    }

    private async Task<RunStatus?> EndOfAsync(string runId) =>
        await FindRunAsync(runId) is { EndedAt: not null } ended ? ended.Status : null;

    /// <summary>The run's header; one that was deleted meanwhile counts as cancelled.</summary>
    private async Task<JournalHeader?> FindRunAsync(string runId)
    {
        try
        {
            return (await journal.FindAsync(runId))?.Header;
        }
        catch (JournalDeletedException)
        {
            var now = time.GetUtcNow();
            return HeaderOf(_held!, _held!.State, now) with { Status = RunStatus.Cancelled, EndedAt = now };
        }
    }

    /// <summary>Runs first, the thread last, so that what is interrupted can be done again.</summary>
    private async Task<Problem?> EraseAsync()
    {
        try
        {
            await search.ForgetAsync(Id);
            while (await journal.ListAsync(new(_held!.State.Principal, Id, null, null, null, 100)) is { Count: > 0 } runs)
            {
                foreach (var run in runs)
                {
                    await journal.DeleteAsync(run.Id);
                }
            }

            await journal.DeleteAsync(Id);
            Drop();
            return null;
        }
        catch (InvalidOperationException)
        {
            return new(ProblemCodes.ThreadBusy, "A run of this thread is at work; cancel it first.");
        }
        catch (Exception e) when (JournalProblems.Thread.Of(e) is { } problem)
        {
            return problem;
        }
    }

    /// <summary>The same message has the same effect on the same run, whoever hands it over and how often.</summary>
    private CommandMeta MetaOf(string messageId) => new(messageId, Id, _held!.State.Principal);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{ThreadId} could not go on with its turn; it is tried again within a minute.")]
    private static partial void Delayed(ILogger log, Exception error, string threadId);
}
