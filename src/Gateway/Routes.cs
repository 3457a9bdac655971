using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Facts;
using OrleansAgents.Gateway.Runs;
using OrleansAgents.Gateway.Threads;

namespace OrleansAgents.Gateway;

/// <summary>The routes of the native API.</summary>
internal static class Routes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var v1 = routes.MapGroup("/v1");
        RunRoutes.MapAgents(v1);
        Me.Map(v1);
        SignInOptions.Map(v1);
        HubTickets.Map(v1);
        ThreadRoutes.Map(v1);
        FactRoutes.Map(v1);
        RunRoutes.MapRuns(v1);
    }
}
