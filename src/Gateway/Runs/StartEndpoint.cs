using OrleansAgents.Client.Calls;
using OrleansAgents.Client.Streams;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Http;
using OrleansAgents.Gateway.Limits;
using OrleansAgents.Gateway.Streams;
using OrleansAgents.Gateway.Threads;
using OrleansAgents.Runs;
using OrleansAgents.Threads;

namespace OrleansAgents.Gateway.Runs;

/// <summary><c>POST /v1/runs</c>: the run is durable before the answer.</summary>
internal sealed class StartEndpoint(Caller caller, ThreadEndpoints threads, SseEndpoint sse, RunWait wait)
{
    public async Task StartAsync(HttpContext context, Principal principal)
    {
        var patience = Prefer.WaitOf(context.Request);
        var (runId, stream) = await ReadAndStartAsync(context, principal);
        context.Response.Headers.Location = $"/v1/runs/{runId}";
        if (stream)
        {
            await sse.StreamAsync(context, principal, runId, Cursor.Start);
            return;
        }

        var source = new RunSource(caller, principal, runId);
        if (patience > TimeSpan.Zero)
        {
            context.Response.Headers["Preference-Applied"] = $"wait={patience.TotalSeconds:0}";
            await wait.ForEndAsync(source, patience, context.RequestAborted);
        }

        var view = await source.ViewAsync(context.RequestAborted);
        var ended = patience > TimeSpan.Zero && RunWait.HasEnded(view.Status);
        context.Response.StatusCode = ended ? StatusCodes.Status200OK : StatusCodes.Status202Accepted;
        await Answer.JsonAsync(context, view);
    }

    /// <summary>The answer may take as long as the run; what was asked is kept in memory, and counted, for no longer than the start.</summary>
    private async Task<(string RunId, bool Stream)> ReadAndStartAsync(HttpContext context, Principal principal)
    {
        var key = CommandKey.Of(context.Request);
        var request = await RequestBody.ReadAsync<StartRequest>(context);
        var (runId, _) = await StartAsync(key, request, principal);
        BodyBuffer.Release(context);
        return (runId, request.Stream);
    }

    /// <summary>Starts it, whatever protocol asked.</summary>
    public async Task<(string RunId, Receipt Receipt)> StartAsync(string? key, StartRequest request, Principal principal)
    {
        StartRules.Check(request);
        var meta = new CommandMeta(key ?? JournalIds.NewCommand(), StartRules.HashOf(request), principal);
        if (request.ThreadId is { } thread)
        {
            return await StartTurnAsync(thread, request, meta);
        }

        var runId = key is null ? JournalIds.NewRun() : JournalIds.RunOfKey(meta.Principal, key);
        var start = new StartRun(
            request.Agent!, request.Input!, request.Model, request.Instructions, request.Metadata, request.Budget,
            request.StartAt?.ToUniversalTime(), request.OutputSchema);

        // Not cancelled when the client leaves: half a retry would leave it to chance whether the run exists.
        return (runId, await caller.CommandAsync(runId, run => run.StartAsync(start, meta), CancellationToken.None));
    }

    /// <summary>A start names a run of its own: a thread that is at work refuses it.</summary>
    private async Task<(string RunId, Receipt Receipt)> StartTurnAsync(string threadId, StartRequest request, CommandMeta meta)
    {
        var message = new PostMessage(
            request.Input!, request.Agent, WhenBusy.Reject, request.Model, request.Instructions, request.Metadata, request.Budget,
            request.StartAt?.ToUniversalTime(), request.OutputSchema);
        var posted = await threads.PostAsync(threadId, message, meta);
        return (posted.RunId, posted.Receipt);
    }
}
