using Microsoft.AspNetCore.SignalR;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Limits;
using OrleansAgents.Gateway.Runs;
using OrleansAgents.Gateway.Threads;

namespace OrleansAgents.Gateway.Hubs;

/// <summary>The API over SignalR at <c>/hubs/runs</c>: the same events, cursors, commands and limits as over HTTP.</summary>
/// <remarks>Nothing is thrown at a client: a command answers with a receipt or a problem, a stream ends with an item that names one.</remarks>
internal sealed class RunHub(HubCaller caller, HubStreams streams, HubRuns runs, HubCommands commands) : Hub
{
    /// <summary>A run's events from a cursor (null for the beginning) to its end.</summary>
    public IAsyncEnumerable<HubItem> Watch(string runId, string? cursor, CancellationToken cancellation) =>
        caller.Stream(Context.User, (who, end) => streams.Run(who, runId, cursor, end), HubItem.Ending, cancellation);

    /// <summary>A thread's events and those of its runs, from a cursor on, for as long as the client listens.</summary>
    public IAsyncEnumerable<HubItem> WatchThread(string threadId, string? cursor, CancellationToken cancellation) =>
        caller.Stream(Context.User, (who, end) => streams.Thread(who, threadId, cursor, end), HubItem.Ending, cancellation);

    /// <summary>A list of runs that stays up to date: whole at first, and whenever changes may have been missed; then what changes.</summary>
    public IAsyncEnumerable<HubRunsItem> WatchRuns(RunsFilter? filter, CancellationToken cancellation) =>
        caller.Stream(Context.User, (who, end) => runs.WatchAsync(who, filter ?? new(), end), HubRunsItem.Ending, cancellation);

    public Task<HubAnswer> Start(StartRequest? body, string? commandId) => As(Roles.Start, body, (who, body) => commands.StartAsync(who, body, commandId));

    public Task<HubAnswer> RestoreMemory(string threadId, RestoreMemoryRequest? body, string? commandId) => As(Roles.Start, body, (who, body) => commands.ThreadAsync(
        who, "restore-memory", threadId, body, commandId, () => ThreadEndpoints.Check(body), (thread, meta) => thread.RestoreMemoryAsync(body.Version!.Value, meta)));

    public Task<HubAnswer> ChangeThread(string threadId, ChangeThreadRequest? body, string? commandId) => As(Roles.Start, body, (who, body) => commands.ThreadAsync(
        who, "change", threadId, body, commandId, () => ThreadEndpoints.Check(body), (thread, meta) => thread.ChangeAsync(body.Title, body.Pinned, body.Archived, meta)));

    public Task<HubAnswer> EditQueued(string threadId, string messageId, EditQueuedRequest? body, string? commandId) => As(Roles.Start, body, (who, body) => commands.ThreadAsync(
        who, "edit-queued", threadId, new { messageId, request = body }, commandId, () => InputRule.Check(body.Input),
        (thread, meta) => thread.EditQueuedAsync(messageId, body.Input!, meta)));

    public Task<HubAnswer> RemoveQueued(string threadId, string messageId, string? commandId) => As(Roles.Start, who => commands.ThreadAsync(
        who, "remove-queued", threadId, new { messageId }, commandId, null, (thread, meta) => thread.RemoveQueuedAsync(messageId, meta)));

    public Task<HubAnswer> Post(string threadId, PostRequest? body, string? commandId) =>
        As(Roles.Start, body, (who, body) => commands.PostAsync(who, threadId, body, commandId));

    public Task<HubAnswer> Send(string runId, MessageRequest? body, string? commandId) => As(Roles.Steer, body, (who, body) => commands.RunAsync(
        who, "message", runId, body, commandId, () => InputRule.Check(body.Input), (run, meta) => run.MessageAsync(body.Input!, body.Delivery, meta)));

    public Task<HubAnswer> Pause(string runId, PauseRequest? body, string? commandId) => As(Roles.Steer, who => commands.RunAsync(
        who, "pause", runId, body ?? new(), commandId, null, (run, meta) => run.PauseAsync((body ?? new()).Mode, meta)));

    public Task<HubAnswer> Resume(string runId, string? commandId) => As(Roles.Steer, who => commands.RunAsync(
        who, "resume", runId, new ResumeRequest(), commandId, null, (run, meta) => run.ResumeAsync(meta)));

    public Task<HubAnswer> Retry(string runId, string? commandId) => As(Roles.Steer, who => commands.RunAsync(
        who, "retry", runId, new RetryRequest(), commandId, null, (run, meta) => run.RetryAsync(meta)));

    public Task<HubAnswer> Cancel(string runId, CancelRequest? body, string? commandId) => As(Roles.Steer, who => commands.RunAsync(
        who, "cancel", runId, body ?? new(), commandId, () => CommandEndpoints.Check(body ?? new()), (run, meta) => run.CancelAsync(body?.Reason, meta)));

    public Task<HubAnswer> GiveFeedback(string runId, FeedbackRequest? body, string? commandId) => As(Roles.Steer, body, (who, body) => commands.RunAsync(
        who, "feedback", runId, body, commandId, () => CommandEndpoints.Check(body), (run, meta) => run.GiveFeedbackAsync(body.Value!.Value, body.Note, meta)));

    public Task<HubAnswer> Resolve(string runId, string callId, ResolveRequest? body, string? commandId) => As(Roles.Approve, body, (who, body) => commands.RunAsync(
        who, "resolve", runId, new { callId, request = body }, commandId, () => CommandEndpoints.Check(body),
        (run, meta) => run.ResolveAsync(callId, body.Decision!.Value, body.Result, meta)));

    private Task<HubAnswer> As(Roles role, Func<Principal, Task<HubAnswer>> give) => caller.Command(Context.User, role, give);

    /// <summary>A client may pass null for any argument.</summary>
    private Task<HubAnswer> As<T>(Roles role, T? body, Func<Principal, T, Task<HubAnswer>> give)
        where T : class =>
        As(role, who => body is null ? Task.FromResult(new HubAnswer(null, HubCommands.ProblemOf(RequestBody.Required()))) : give(who, body));
}
