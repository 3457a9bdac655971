using OrleansAgents.Client.Calls;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Http;
using OrleansAgents.Runs;

namespace OrleansAgents.Gateway.Runs;

/// <summary>What runs were and are. Reads never wake a run.</summary>
internal sealed class ReadEndpoints(Caller caller)
{
    public async Task ListAsync(HttpContext context, Principal principal)
    {
        var filter = Query.Filter(context.Request);
        var list = await caller.ReadAsync(r => r.ListAsync(principal, filter), context.RequestAborted);
        if (list.Problem is { } problem)
        {
            throw ProblemException.Invalid("invalid_cursor", "cursor", problem.Message);
        }

        await Answer.JsonAsync(context, new RunPage(list.Items, list.NextCursor));
    }

    public async Task ViewAsync(HttpContext context, Principal principal, string id) =>
        await Answer.JsonAsync(context, await caller.RunAsync(r => r.ViewAsync(principal, id)!, context.RequestAborted));

    public async Task EventsAsync(HttpContext context, Principal principal, string id)
    {
        var (after, limit) = (Query.After(context.Request), Query.Limit(context.Request));
        await EventPages.WriteAsync(context, await caller.RunAsync(r => r.EventsAsync(principal, id, after, limit)!, context.RequestAborted));
    }

    public async Task StepsAsync(HttpContext context, Principal principal, string id)
    {
        var (after, limit) = (Query.After(context.Request), Query.Limit(context.Request));
        await Answer.JsonAsync(context, await caller.RunAsync(r => r.StepsAsync(principal, id, after, limit)!, context.RequestAborted));
    }

    public async Task ContextAsync(HttpContext context, Principal principal, string id, string n)
    {
        if (!int.TryParse(n, System.Globalization.NumberStyles.None, null, out var step))
        {
            throw new RefusedException(new(ProblemCodes.StepNotFound, "A step is a whole number.", "n"));
        }

        await Answer.JsonAsync(context, await caller.RunAsync(r => r.ContextAsync(principal, id, step)!, context.RequestAborted));
    }

    public async Task BodyAsync(HttpContext context, Principal principal, string id, string hash)
    {
        var body = await caller.RunAsync(r => r.BodyAsync(principal, id, hash)!, context.RequestAborted);

        // Text that a model or a tool wrote: shown as text, never as anything that a browser would run.
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    public async Task DeleteAsync(HttpContext context, Principal principal, string id)
    {
        var deleted = await caller.ReadAsync(async r => new Outcome(await r.DeleteAsync(principal, id)), CancellationToken.None);
        if (deleted.Problem is { } problem)
        {
            throw new RefusedException(problem);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task AgentsAsync(HttpContext context) =>
        await Answer.JsonAsync(context, new AgentList(await caller.ReadAsync(r => r.AgentsAsync(), context.RequestAborted)));

    private sealed record Outcome(Problem? Problem);
}

/// <param name="NextCursor">Pass as <c>cursor</c> for the next page; absent on the last.</param>
internal sealed record RunPage(IReadOnlyList<RunSummary> Items, string? NextCursor);

internal sealed record AgentList(IReadOnlyList<AgentView> Items);
