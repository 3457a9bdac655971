using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using OrleansAgents.Gateway.Http;
using OrleansAgents.Gateway.Reference;

namespace OrleansAgents.Gateway.Auth;

/// <summary>Tells the page how people sign in, before anybody has, and lets it reach the authority. Thread-safe.</summary>
/// <remarks>The page does not look for the authority's endpoints itself: the service has looked already, and its policy must name them.</remarks>
internal sealed partial class SignInOptions(AuthMode mode, IConfiguration configuration, IOptionsMonitor<JwtBearerOptions> tokens, ILogger<SignInOptions> log)
{
    /// <summary>The page opens without the authority too.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly OidcSettings? _oidc = mode.TakesTokens ? JwtSettings.Read(configuration).SignIn : null;
    private string? _tokenEndpoint;

    public static void Map(RouteGroupBuilder v1) =>
        v1.MapGet("/sign-in", async (HttpContext c, SignInOptions o) => await Answer.JsonAsync(c, await o.ViewAsync(c.RequestAborted))).WithTags("Identity")
            .Describes<SignInView>("GetSignIn", "How people sign in here. Needs no key.");

    /// <summary>The origin beside the page's own that the page may call, with a space before it: where tokens are given.</summary>
    public string ConnectTo => _tokenEndpoint is { } endpoint ? $" {new Uri(endpoint).GetLeftPart(UriPartial.Authority)}" : "";

    public async Task<SignInView> ViewAsync(CancellationToken stop) =>
        new(mode.Asks, _oidc is null ? null : new(_oidc.ClientId, _oidc.Scope, _oidc.Parameters, await LookAsync(stop)));

    /// <summary>Asks the authority for its endpoints, unless that is known. Null while it cannot be reached, or where no page signs in.</summary>
    public async Task<OidcServer?> LookAsync(CancellationToken stop)
    {
        if (_oidc is null || tokens.Get(SignIn.Jwt).ConfigurationManager is not { } manager)
        {
            return null;
        }

        try
        {
            var found = await manager.GetConfigurationAsync(CancellationToken.None).WaitAsync(Patience, stop);
            var server = OidcServer.Of(found);
            _tokenEndpoint = server.TokenEndpoint;
            return server;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            Unreachable(log, e.Message);
            return null;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Nobody can sign in at the authority of Auth:Jwt at present: {Reason}")]
    private static partial void Unreachable(ILogger log, string reason);
}

/// <param name="Asks">False where nobody is asked who they are.</param>
/// <param name="Oidc">Absent where people have a key or token by other ways.</param>
internal sealed record SignInView(bool Asks, OidcView? Oidc);

/// <param name="ClientId">The page's own at the authority.</param>
/// <param name="Scope">What to ask for.</param>
/// <param name="Parameters">To be sent along with the authorization request.</param>
/// <param name="Server">Absent while the authority cannot be reached.</param>
internal sealed record OidcView(string ClientId, string Scope, IReadOnlyDictionary<string, string> Parameters, OidcServer? Server);

/// <summary>Of the authority's metadata what the code flow needs.</summary>
/// <param name="IdTokenAlgorithms">With which it signs id tokens; empty where it does not say.</param>
internal sealed record OidcServer(string Issuer, string AuthorizationEndpoint, string TokenEndpoint, IReadOnlyList<string> IdTokenAlgorithms)
{
    /// <exception cref="InvalidOperationException">It offers no code flow, or over a way that others can read.</exception>
    public static OidcServer Of(OpenIdConnectConfiguration found) =>
        !JwtSettings.IsSafe(found.AuthorizationEndpoint) ? throw new InvalidOperationException("its authorization_endpoint is no https address.")
        : !JwtSettings.IsSafe(found.TokenEndpoint) ? throw new InvalidOperationException("its token_endpoint is no https address.")
        : new(found.Issuer, found.AuthorizationEndpoint, found.TokenEndpoint, [.. found.IdTokenSigningAlgValuesSupported]);
}
