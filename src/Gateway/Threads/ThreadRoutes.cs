using OrleansAgents.Events;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Http;
using OrleansAgents.Gateway.Streams;
using OrleansAgents.Runs;
using OrleansAgents.Threads;

namespace OrleansAgents.Gateway.Threads;

/// <summary>The routes of conversations.</summary>
internal static class ThreadRoutes
{
    public static readonly Problem NotFound = new(ProblemCodes.ThreadNotFound, "There is no thread with this id.", "id");

    public static void Map(RouteGroupBuilder v1)
    {
        var threads = v1.MapGroup("/threads").WithTags("Threads");
        threads.MapPost("", (HttpContext c, ThreadEndpoints e) => e.OpenAsync(c, Identity.Who(c)))
            .Needs(Roles.Start).Describes<ThreadView>("OpenThread", "Opens a thread.", 201).Takes<OpenThreadRequest>(optional: true).Keyed();
        threads.MapGet("", (HttpContext c, ThreadEndpoints e) => e.ListAsync(c, Identity.Who(c)))
            .Needs(Roles.View).Describes<ThreadPage>("ListThreads", "Threads, newest activity first; archived ones only when they are asked for. With q, those whose title or messages match, best first.").Queries("limit", "cursor", "q", "pinned", "archived");

        var thread = threads.MapGroup("/{id}").AddEndpointFilter(KnownShape);
        thread.MapPost("/messages", (HttpContext c, ThreadEndpoints e, string id) => e.PostAsync(c, Identity.Who(c), id))
            .Needs(Roles.Start).Describes<Posted>("PostMessage", "Says something: starts a turn, or reaches the run at work. A new id makes the thread.", 202)
            .Takes<PostRequest>().Keyed();
        thread.MapGet("", (HttpContext c, ThreadEndpoints e, string id) => e.ViewAsync(c, Identity.Who(c), id))
            .Needs(Roles.View).Describes<ThreadView>("GetThread", "A thread as it stands.");
        thread.MapGet("/messages", (HttpContext c, ThreadEndpoints e, string id) => e.MessagesAsync(c, Identity.Who(c), id))
            .Needs(Roles.View).Describes<MessageList>("ListMessages", "What was said; a limit counts turns.").Queries("after", "limit");
        thread.MapGet("/memory", (HttpContext c, ThreadEndpoints e, string id) => e.MemoryAsync(c, Identity.Who(c), id))
            .Needs(Roles.View).Describes<MemoryView>("GetMemory", "The thread's compressed memory, with its versions.").Queries("version");
        thread.MapPost("/memory/restore", (HttpContext c, ThreadEndpoints e, string id) => e.RestoreMemoryAsync(c, Identity.Who(c), id))
            .Needs(Roles.Start).Describes<Receipt>("RestoreMemory", "Makes the memory what it was at an earlier version.").Takes<RestoreMemoryRequest>().Keyed();
        thread.MapGet("/events", (HttpContext c, ThreadEndpoints e, ThreadSse sse, string id) =>
                SseRequest.IsWanted(c.Request) ? sse.StreamAsync(c, Identity.Who(c), id) : e.EventsAsync(c, Identity.Who(c), id))
            .Needs(Roles.View).Describes<EventPage>("ReadThreadEvents", "A page of the thread's own events; with Accept: text/event-stream, the stream of them and of its runs.")
            .Queries("after", "limit", "names").Streams();
        thread.MapPatch("", (HttpContext c, ThreadEndpoints e, string id) => e.ChangeAsync(c, Identity.Who(c), id))
            .Needs(Roles.Start).Describes<Receipt>("ChangeThread", "Renames, pins or archives a thread.").Takes<ChangeThreadRequest>().Keyed();
        thread.MapPatch("/queued/{messageId}", (HttpContext c, ThreadEndpoints e, string id, string messageId) => e.EditQueuedAsync(c, Identity.Who(c), id, messageId))
            .Needs(Roles.Start).Describes<Receipt>("EditQueued", "Gives a queued message another text.").Takes<EditQueuedRequest>().Keyed();
        thread.MapDelete("/queued/{messageId}", (HttpContext c, ThreadEndpoints e, string id, string messageId) => e.RemoveQueuedAsync(c, Identity.Who(c), id, messageId))
            .Needs(Roles.Start).Describes<Receipt>("RemoveQueued", "Takes a queued message back.").Keyed();
        thread.MapDelete("", (HttpContext c, ThreadEndpoints e, string id) => e.DeleteAsync(c, Identity.Who(c), id))
            .Needs(Roles.Admin).Describes("DeleteThread", "Deletes a thread that is idle, with its runs.", 204);
    }

    /// <summary>An id that no thread can have is answered like an unknown one, without asking anybody.</summary>
    private static ValueTask<object?> KnownShape(EndpointFilterInvocationContext call, EndpointFilterDelegate next) =>
        JournalIds.CanBeThread((string)call.HttpContext.GetRouteValue("id")!) ? next(call) : throw new RefusedException(NotFound);
}
