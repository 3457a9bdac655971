using OrleansAgents.Client.Calls;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Http;
using OrleansAgents.Gateway.Limits;
using OrleansAgents.Gateway.Runs;
using OrleansAgents.Gateway.Threads;
using OrleansAgents.Runs;
using OrleansAgents.Threads;

namespace OrleansAgents.Gateway.Hubs;

/// <summary>Commands over SignalR: what HTTP refuses with a status is answered as a problem.</summary>
internal sealed partial class HubCommands(Caller caller, StartEndpoint starts, ThreadEndpoints threads, ILogger<HubCommands> log)
{
    public Task<HubAnswer> RunAsync<T>(
        Principal principal, string command, string runId, T body, string? commandId, Action? check,
        Func<IRunGrain, CommandMeta, Task<CommandResult>> give) => AnswerAsync(async () =>
    {
        if (!JournalIds.CanBeRun(runId))
        {
            throw new RefusedException(Caller.NotFound);
        }

        check?.Invoke();
        var meta = new CommandMeta(CommandKey.Checked(commandId), RequestHash.Of(command, runId, body), principal);
        return new(await caller.CommandAsync(runId, run => give(run, meta), CancellationToken.None));
    });

    public Task<HubAnswer> StartAsync(Principal principal, StartRequest body, string? commandId) => AnswerAsync(async () =>
    {
        var (runId, receipt) = await starts.StartAsync(commandId is null ? null : CommandKey.Checked(commandId), body, principal);
        return new(receipt, RunId: runId);
    });

    public Task<HubAnswer> ThreadAsync<T>(
        Principal principal, string command, string threadId, T body, string? commandId, Action? check,
        Func<IThreadGrain, CommandMeta, Task<CommandResult>> give) => AnswerAsync(async () =>
    {
        CheckShape(threadId);
        check?.Invoke();
        var meta = new CommandMeta(CommandKey.Checked(commandId), RequestHash.Of(command, threadId, body), principal);
        return new(await threads.CommandAsync(threadId, thread => give(thread, meta)));
    });

    public Task<HubAnswer> PostAsync(Principal principal, string threadId, PostRequest body, string? commandId) => AnswerAsync(async () =>
    {
        CheckShape(threadId);
        InputRule.Check(body.Input);
        var meta = new CommandMeta(CommandKey.Checked(commandId), RequestHash.Of("post", threadId, body), principal);
        var posted = await threads.PostAsync(threadId, new(body.Input!, body.Agent, body.WhenBusy), meta);
        return new(posted.Receipt, RunId: posted.RunId);
    });

    /// <summary>What went wrong, in the words of the API; null for a failure of ours.</summary>
    public static HubProblem? ProblemOf(Exception e) => e switch
    {
        RefusedException { Problem: var p } => new(p.Code, Problems.Of(p).Field, p.Message),
        ProblemException p => new(p.Code, p.Field, p.Message),
        UnavailableException u => new("unavailable", null, u.Message),
        _ => null,
    };

    private static void CheckShape(string threadId)
    {
        if (!JournalIds.CanBeThread(threadId))
        {
            throw new RefusedException(ThreadRoutes.NotFound);
        }
    }

    private async Task<HubAnswer> AnswerAsync(Func<Task<HubAnswer>> give)
    {
        try
        {
            return await give();
        }
        catch (Exception e)
        {
            if (ProblemOf(e) is { } problem)
            {
                return new(null, problem);
            }

            var id = Guid.NewGuid().ToString("n");
            Failed(log, e, id);
            return new(null, new("internal_error", null, $"The server failed. Its log has the reason under the id {id}."));
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A hub command failed; the client was told the id {Id}")]
    private static partial void Failed(ILogger log, Exception e, string id);
}
