using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Authorization.Policy;
using OrleansAgents.Gateway.Http;

namespace OrleansAgents.Gateway.Auth;

/// <summary>What the unknown and those without the role are told; why a token failed is nobody's business.</summary>
internal sealed class Refusals : IAuthorizationMiddlewareResultHandler
{
    public const string Unauthenticated = "unauthenticated";
    public const string Forbidden = "forbidden";
    public const string SignInSentence = "Send a valid key or token as Authorization: Bearer.";

    public static string RoleSentence(string role) => $"This needs the role {role}.";

    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Challenged)
        {
            throw new ProblemException(StatusCodes.Status401Unauthorized, Unauthenticated, SignInSentence, "Authorization");
        }

        if (authorizeResult.Forbidden)
        {
            var role = policy.Requirements.OfType<RolesAuthorizationRequirement>().SelectMany(r => r.AllowedRoles).FirstOrDefault("admin");
            throw new ProblemException(StatusCodes.Status403Forbidden, Forbidden, RoleSentence(role));
        }

        return next(context);
    }
}
