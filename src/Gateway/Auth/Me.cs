using OrleansAgents.Gateway.Http;

namespace OrleansAgents.Gateway.Auth;

/// <summary>Tells callers whom the service takes them for, so that a page can offer what they may do and nothing else.</summary>
internal static class Me
{
    public static void Map(RouteGroupBuilder v1) =>
        v1.MapGet("/me", (HttpContext c, AuthMode mode) => Answer.JsonAsync(c, MeView.Of(Identity.Of(c.User), mode))).WithTags("Identity")
            .Describes<MeView>("GetMe", "Who the caller is and what they may do. Needs no role.");
}

/// <param name="SignedIn">False where nobody is asked who they are.</param>
/// <param name="Roles">What the caller may do; <c>admin</c> is all of it.</param>
/// <param name="Until">When the caller's token expires; absent where nothing does.</param>
internal sealed record MeView(bool SignedIn, string Tenant, string User, IReadOnlyList<string> Roles, DateTimeOffset? Until)
{
    public static MeView Of(Identity who, AuthMode mode) =>
        new(mode.Asks, who.Principal.Tenant, who.Principal.User, [.. RoleNames.Each.Where(r => who.Roles.HasFlag(r)).Select(r => r.Name())], who.Until);
}
