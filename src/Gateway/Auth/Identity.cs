using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using OrleansAgents.Events;

namespace OrleansAgents.Gateway.Auth;

/// <summary>Who calls, what they may do, and what that rests on.</summary>
/// <param name="Until">When the token expires; null where nothing expires.</param>
/// <param name="KeyHash">The key that it rests on; null where it rests on none.</param>
internal sealed record Identity(Principal Principal, Roles Roles, DateTimeOffset? Until = null, string? KeyHash = null)
{
    /// <summary>Everybody, where nothing is configured to tell users apart.</summary>
    public static Identity Local { get; } = new(Principal.Local, Roles.Admin);

    /// <summary>On whose behalf a request is made.</summary>
    public static Principal Who(HttpContext context) => Of(context.User).Principal;

    /// <summary>The identity that authentication gave a request or a connection.</summary>
    public static Identity Of(ClaimsPrincipal? user) =>
        user?.Identity is SignedIn signedIn ? signedIn.Who : throw new InvalidOperationException("This was reached without authentication.");

    /// <summary>As the host's authorization reads it.</summary>
    public ClaimsPrincipal ToUser(string scheme) => new(new SignedIn(this, scheme));

    public AuthenticateResult ToResult(string scheme) => AuthenticateResult.Success(new(ToUser(scheme), scheme));

    /// <remarks>SignalR compares the name identifier: a connection's id alone lets nobody else speak on it.</remarks>
    private sealed class SignedIn(Identity who, string scheme) : ClaimsIdentity(
        [
            new(ClaimTypes.NameIdentifier, $"{who.Principal.Tenant}\n{who.Principal.User}"),
            .. RoleNames.Each.Where(r => who.Roles.HasFlag(r)).Select(r => new Claim(ClaimTypes.Role, r.Name())),
        ],
        scheme)
    {
        public Identity Who => who;
    }
}
