using OrleansAgents.Client.Calls;
using OrleansAgents.Gateway.Http;

namespace OrleansAgents.Gateway;

/// <summary>Whether the process lives, and whether it can take work.</summary>
internal static class Health
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", (HttpContext c) => Answer.JsonAsync(c, new HealthView("ok"))).ExcludeFromDescription();
        routes.MapGet("/health/ready", async (HttpContext c, Caller caller) =>
        {
            // Degraded is still ready: reads go on while the store refuses writes.
            var health = await caller.ReadAsync(r => r.HealthAsync(), c.RequestAborted);
            await Answer.JsonAsync(c, health.Refusal is { } reason ? new HealthView("degraded", Sees(c) ? reason : null) : new HealthView("ok"));
        }).ExcludeFromDescription();
    }

    /// <summary>Why the store refuses can name its place; strangers are told only that it does.</summary>
    private static bool Sees(HttpContext context) => context.User.Identity is { IsAuthenticated: true };
}

/// <param name="Status"><c>ok</c> or <c>degraded</c>.</param>
internal sealed record HealthView(string Status, string? Reason = null);
