using OrleansAgents.Client.Calls;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Http;
using OrleansAgents.Gateway.Limits;
using OrleansAgents.Runs;
using OrleansAgents.Threads;

namespace OrleansAgents.Gateway.Threads;

/// <summary>Conversations: said to, read, deleted.</summary>
internal sealed class ThreadEndpoints(Caller caller, IGrainFactory grains)
{
    private const int MaxTitle = 200;

    public async Task OpenAsync(HttpContext context, Principal principal)
    {
        var key = CommandKey.Of(context.Request);
        var request = await RequestBody.ReadAsync<OpenThreadRequest>(context, optional: true);
        CheckTitle(request.Title);

        var id = key is null ? JournalIds.NewThread() : JournalIds.ThreadOfKey(principal, key);
        var meta = new CommandMeta(key ?? JournalIds.NewCommand(), RequestHash.Of("open", null, request), principal);
        await caller.CommandAsync(() => Thread(id).OpenAsync(request.Title, meta), CancellationToken.None);
        context.Response.Headers.Location = $"/v1/threads/{id}";
        context.Response.StatusCode = StatusCodes.Status201Created;
        await ViewAsync(context, principal, id);
    }

    public async Task PostAsync(HttpContext context, Principal principal, string id)
    {
        var request = await RequestBody.ReadAsync<PostRequest>(context);
        InputRule.Check(request.Input);
        var meta = CommandKey.MetaOf(context.Request, principal, "post", id, request);
        var message = new PostMessage(request.Input!, request.Agent, request.WhenBusy);
        var posted = await PostAsync(id, message, meta);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        context.Response.Headers.Location = $"/v1/threads/{id}";
        await Answer.JsonAsync(context, posted);
    }

    /// <summary>Posts until the thread answers; repeated with its id, a message has one effect.</summary>
    public async Task<Posted> PostAsync(string threadId, PostMessage message, CommandMeta meta)
    {
        string? run = null;
        var receipt = await caller.CommandAsync(
            async () =>
            {
                var result = await Thread(threadId).PostAsync(message, meta);
                run = result.RunId;
                return new(result.Receipt, result.Problem);
            },
            CancellationToken.None);
        return new(threadId, run!, receipt);
    }

    public async Task ListAsync(HttpContext context, Principal principal)
    {
        var list = await caller.ReadAsync(Reader, r => r.ListAsync(principal, Query.Threads(context.Request), context.RequestAborted), context.RequestAborted);
        if (list.Problem is { } problem)
        {
            throw new RefusedException(problem);
        }

        await Answer.JsonAsync(context, new ThreadPage(list.Items, list.NextCursor));
    }

    public async Task ViewAsync(HttpContext context, Principal principal, string id) =>
        await Answer.JsonAsync(context, await caller.FoundAsync(() => Reader.ViewAsync(principal, id), context.RequestAborted));

    public async Task EventsAsync(HttpContext context, Principal principal, string id)
    {
        var (after, limit) = (Query.After(context.Request), Query.Limit(context.Request));
        await EventPages.WriteAsync(
            context, await caller.FoundAsync(() => Reader.EventsAsync(principal, id, after, limit), context.RequestAborted));
    }

    public async Task MessagesAsync(HttpContext context, Principal principal, string id)
    {
        var (after, limit) = (Query.After(context.Request), Query.Limit(context.Request));
        await Answer.JsonAsync(
            context, await caller.FoundAsync(() => Reader.MessagesAsync(principal, id, after, limit), context.RequestAborted));
    }

    public async Task MemoryAsync(HttpContext context, Principal principal, string id)
    {
        var version = Query.Version(context.Request);
        await Answer.JsonAsync(context, await caller.FoundAsync(() => Reader.MemoryAsync(principal, id, version), context.RequestAborted));
    }

    public async Task RestoreMemoryAsync(HttpContext context, Principal principal, string id)
    {
        var request = await RequestBody.ReadAsync<RestoreMemoryRequest>(context);
        var meta = CommandKey.MetaOf(context.Request, principal, "restore-memory", id, request);
        Check(request);
        await GiveAsync(context, id, thread => thread.RestoreMemoryAsync(request.Version!.Value, meta));
    }

    public async Task ChangeAsync(HttpContext context, Principal principal, string id)
    {
        var request = await RequestBody.ReadAsync<ChangeThreadRequest>(context);
        Check(request);
        var meta = CommandKey.MetaOf(context.Request, principal, "change", id, request);
        await GiveAsync(context, id, thread => thread.ChangeAsync(request.Title, request.Pinned, request.Archived, meta));
    }

    public async Task EditQueuedAsync(HttpContext context, Principal principal, string id, string messageId)
    {
        var request = await RequestBody.ReadAsync<EditQueuedRequest>(context);
        InputRule.Check(request.Input);
        var meta = CommandKey.MetaOf(context.Request, principal, "edit-queued", id, new { messageId, request });
        await GiveAsync(context, id, thread => thread.EditQueuedAsync(messageId, request.Input!, meta));
    }

    public async Task RemoveQueuedAsync(HttpContext context, Principal principal, string id, string messageId)
    {
        var meta = CommandKey.MetaOf(context.Request, principal, "remove-queued", id, new { messageId });
        await GiveAsync(context, id, thread => thread.RemoveQueuedAsync(messageId, meta));
    }

    /// <summary>Gives a command to a thread, once however often the thread has to be asked.</summary>
    public Task<Receipt> CommandAsync(string threadId, Func<IThreadGrain, Task<CommandResult>> command) =>
        caller.CommandAsync(() => command(Thread(threadId)), CancellationToken.None);

    /// <summary>Throws a problem that names the field.</summary>
    public static void Check(ChangeThreadRequest request)
    {
        CheckTitle(request.Title);
        if (request is { Title: null, Pinned: null, Archived: null })
        {
            throw ProblemException.Invalid("invalid_request", "$", "Give at least one of title, pinned and archived.");
        }
    }

    /// <summary>Throws a problem that names the field.</summary>
    public static void Check(RestoreMemoryRequest request)
    {
        if (request.Version is null)
        {
            throw ProblemException.Invalid(ProblemCodes.InvalidVersion, "version", "Give the version to go back to; GET …/memory lists them.");
        }
    }

    public async Task DeleteAsync(HttpContext context, Principal principal, string id)
    {
        // Asking again for what is gone already answers so; the first answer may only have been lost.
        await caller.CommandAsync(
            async () => await Thread(id).DeleteAsync(principal) is { } problem ? problem : new Receipt("", "accepted", 0), CancellationToken.None);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static void CheckTitle(string? title)
    {
        if (title is not null && (title.Length > MaxTitle || string.IsNullOrWhiteSpace(title)))
        {
            throw ProblemException.Invalid("invalid_request", "title", $"A title has 1 to {MaxTitle} characters.");
        }
    }

    private async Task GiveAsync(HttpContext context, string id, Func<IThreadGrain, Task<CommandResult>> command) =>
        await Answer.JsonAsync(context, await CommandAsync(id, command));

    private IThreadReader Reader => grains.GetGrain<IThreadReader>(0);

    private IThreadGrain Thread(string id) => grains.GetGrain<IThreadGrain>(id);
}
