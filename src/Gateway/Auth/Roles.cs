using Microsoft.AspNetCore.Authorization;

namespace OrleansAgents.Gateway.Auth;

/// <summary>What a caller may do with what is theirs.</summary>
[Flags]
internal enum Roles
{
    None = 0,

    /// <summary>Start runs and talk in threads.</summary>
    Start = 1,

    /// <summary>Read and watch.</summary>
    View = 2,

    /// <summary>Say something to a run at work; pause, resume and cancel it.</summary>
    Steer = 4,

    /// <summary>Decide what a run waits for.</summary>
    Approve = 8,

    /// <summary>All of it, and delete.</summary>
    Admin = 16,
}

/// <summary>The roles by the names that configuration, tokens and policies use.</summary>
internal static class RoleNames
{
    private static readonly Dictionary<string, Roles> Known =
        Enum.GetValues<Roles>().Where(r => r != Roles.None).ToDictionary(Name, StringComparer.Ordinal);

    /// <summary>For sentences: <c>start, view, …</c></summary>
    public static string All { get; } = string.Join(", ", Known.Keys);

    public static IEnumerable<Roles> Each => Known.Values;

    public static string Name(this Roles role) => role.ToString().ToLowerInvariant();

    /// <summary>The role of this name; none where there is no such role.</summary>
    public static Roles Of(string name) => Known.GetValueOrDefault(name);

    /// <summary>Whether these suffice where <paramref name="needed"/> is asked for.</summary>
    public static bool Allow(this Roles roles, Roles needed) => (roles & (needed | Roles.Admin)) != 0;

    /// <summary>Only callers with the role reach the endpoint.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder endpoint, Roles role)
        where TBuilder : IEndpointConventionBuilder => endpoint.RequireAuthorization(role.Name());

    /// <summary>A policy for each role, and for everything that names none: be signed in.</summary>
    public static void AddPolicies(AuthorizationOptions options)
    {
        options.FallbackPolicy = options.DefaultPolicy;
        foreach (var role in Each)
        {
            options.AddPolicy(role.Name(), p => p.RequireAuthenticatedUser().RequireRole(role.Name(), Roles.Admin.Name()));
        }
    }
}
