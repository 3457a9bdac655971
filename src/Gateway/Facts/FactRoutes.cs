using OrleansAgents.Events;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Http;
using OrleansAgents.Runs;

namespace OrleansAgents.Gateway.Facts;

/// <summary>The routes of what is kept of a user.</summary>
internal static class FactRoutes
{
    private static readonly Problem NotFound = new(ProblemCodes.FactNotFound, "There is no fact with this id.", "id");

    public static void Map(RouteGroupBuilder v1)
    {
        var facts = v1.MapGroup("/facts").WithTags("Facts");
        facts.MapGet("", (HttpContext c, FactEndpoints e) => e.ListAsync(c, Identity.Who(c)))
            .Needs(Roles.View).Describes<FactPage>("ListFacts", "What agents that remember their user keep of the caller, newest first.")
            .Queries("includeSuperseded", "limit", "cursor");

        // Whoever may have something kept may have it deleted: it is about themselves.
        facts.MapDelete("/{id}", (HttpContext c, FactEndpoints e, string id) => e.DeleteAsync(c, Identity.Who(c), id)).AddEndpointFilter(KnownShape)
            .Needs(Roles.Start).Describes("DeleteFact", "Deletes what a fact says; that it was deleted stays on record.", 204);
    }

    /// <summary>An id that no fact can have is answered like an unknown one, without asking anybody.</summary>
    private static ValueTask<object?> KnownShape(EndpointFilterInvocationContext call, EndpointFilterDelegate next) =>
        JournalIds.CanBeFact((string)call.HttpContext.GetRouteValue("id")!) ? next(call) : throw new RefusedException(NotFound);
}
