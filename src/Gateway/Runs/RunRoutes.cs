using OrleansAgents.Client.Calls;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Http;
using OrleansAgents.Gateway.Streams;
using OrleansAgents.Runs;

namespace OrleansAgents.Gateway.Runs;

/// <summary>The routes of agents and runs.</summary>
internal static class RunRoutes
{
    public static void MapAgents(RouteGroupBuilder v1) =>
        v1.MapGet("/agents", (HttpContext c, ReadEndpoints e) => e.AgentsAsync(c)).WithTags("Agents")
            .Needs(Roles.View).Describes<AgentList>("ListAgents", "The agents that can be started.");

    public static void MapRuns(RouteGroupBuilder v1)
    {
        var runs = v1.MapGroup("/runs").WithTags("Runs");
        runs.MapPost("", (HttpContext c, StartEndpoint e) => e.StartAsync(c, Identity.Who(c)))
            .Needs(Roles.Start).Describes<RunView>("StartRun", "Starts a run; it is durable before the answer.", 202).Takes<StartRequest>().Keyed();
        runs.MapGet("", (HttpContext c, ReadEndpoints e) => e.ListAsync(c, Identity.Who(c)))
            .Needs(Roles.View).Describes<RunPage>("ListRuns", "Runs, newest first.").Queries("threadId", "agent", "status", "limit", "cursor");

        var run = runs.MapGroup("/{id}").AddEndpointFilter(KnownShape);
        Reads(run);
        Commands(run);
    }

    private static void Reads(RouteGroupBuilder run)
    {
        run.MapGet("", (HttpContext c, ReadEndpoints e, string id) => e.ViewAsync(c, Identity.Who(c), id)).Needs(Roles.View).Describes<RunView>("GetRun", "A run as it stands.");
        run.MapGet("/events", (HttpContext c, ReadEndpoints e, SseEndpoint sse, string id) =>
                SseRequest.IsWanted(c.Request) ? sse.StreamAsync(c, Identity.Who(c), id) : e.EventsAsync(c, Identity.Who(c), id))
            .Needs(Roles.View).Describes<EventPage>("ReadEvents", "A page of durable events; with Accept: text/event-stream, the stream of them and of text as it is produced.")
            .Queries("after", "limit", "names").Streams();
        run.MapGet("/steps", (HttpContext c, ReadEndpoints e, string id) => e.StepsAsync(c, Identity.Who(c), id))
            .Needs(Roles.View).Describes<StepList>("ListSteps", "Each step with its input, output, attempts and usage.").Queries("after", "limit");
        run.MapGet("/steps/{n}/context", (HttpContext c, ReadEndpoints e, string id, string n) => e.ContextAsync(c, Identity.Who(c), id, n))
            .Needs(Roles.View).Describes<StepContext>("GetStepContext", "What the model saw at a step, assembled again and compared.");
        run.MapGet("/bodies/{hash}", (HttpContext c, ReadEndpoints e, string id, string hash) => e.BodyAsync(c, Identity.Who(c), id, hash))
            .Needs(Roles.View).DescribesFile("GetBody", "A text that an event refers to.", "text/plain");
        run.MapGet("/export", (HttpContext c, ExportEndpoint e, string id) => e.ExportAsync(c, Identity.Who(c), id))
            .Needs(Roles.View).DescribesFile("ExportRun", "All events, one a line.", "application/x-ndjson");
    }

    private static void Commands(RouteGroupBuilder run)
    {
        run.MapPost("/messages", (HttpContext c, CommandEndpoints e, string id) => e.MessageAsync(c, Identity.Who(c), id))
            .Needs(Roles.Steer).Describes<Receipt>("SendMessage", "Says something to a run at work; the next model call sees it.").Takes<MessageRequest>().Keyed();
        run.MapPost("/pause", (HttpContext c, CommandEndpoints e, string id) => e.PauseAsync(c, Identity.Who(c), id))
            .Needs(Roles.Steer).Describes<Receipt>("PauseRun", "From acceptance on nothing new starts.").Takes<PauseRequest>(optional: true).Keyed();
        run.MapPost("/resume", (HttpContext c, CommandEndpoints e, string id) => e.ResumeAsync(c, Identity.Who(c), id))
            .Needs(Roles.Steer).Describes<Receipt>("ResumeRun", "Releases a pause.").Takes<ResumeRequest>(optional: true).Keyed();
        run.MapPost("/retry", (HttpContext c, CommandEndpoints e, string id) => e.RetryAsync(c, Identity.Who(c), id))
            .Needs(Roles.Steer).Describes<Receipt>("RetryRun", "Makes the waiting attempt at a model call now.").Takes<RetryRequest>(optional: true).Keyed();
        run.MapPost("/cancel", (HttpContext c, CommandEndpoints e, string id) => e.CancelAsync(c, Identity.Who(c), id))
            .Needs(Roles.Steer).Describes<Receipt>("CancelRun", "Ends the run.").Takes<CancelRequest>(optional: true).Keyed();
        run.MapPost("/feedback", (HttpContext c, CommandEndpoints e, string id) => e.FeedbackAsync(c, Identity.Who(c), id))
            .Needs(Roles.Steer).Describes<Receipt>("GiveFeedback", "Records what the user thinks of the answer, also after the end of the run.").Takes<FeedbackRequest>().Keyed();
        run.MapPost("/pending/{callId}", (HttpContext c, CommandEndpoints e, string id, string callId) => e.ResolveAsync(c, Identity.Who(c), id, callId))
            .Needs(Roles.Approve).Describes<Receipt>("ResolvePending", "Answers what the run waits for.").Takes<ResolveRequest>().Keyed();
        run.MapDelete("", (HttpContext c, ReadEndpoints e, string id) => e.DeleteAsync(c, Identity.Who(c), id))
            .Needs(Roles.Admin).Describes("DeleteRun", "Deletes an ended run.", 204);
    }

    /// <summary>An id that no run can have is answered like an unknown one, without asking anybody.</summary>
    private static ValueTask<object?> KnownShape(EndpointFilterInvocationContext call, EndpointFilterDelegate next) =>
        JournalIds.CanBeRun((string)call.HttpContext.GetRouteValue("id")!) ? next(call) : throw new RefusedException(Caller.NotFound);
}
