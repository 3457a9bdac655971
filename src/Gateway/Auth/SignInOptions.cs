using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using OrleansAgents.Gateway.Http;

namespace OrleansAgents.Gateway.Auth;

/// <summary>How people sign in at the page, for whoever has not yet, and the origin that the page may call for it. Thread-safe.</summary>
/// <remarks>The service finds the authority's endpoints, not the page: the page's content security policy must name one of them.</remarks>
internal sealed partial class SignInOptions(
    AuthMode mode, IConfiguration configuration, IOptionsMonitor<JwtBearerOptions> tokens, TimeProvider time, ILogger<SignInOptions> log)
{
    /// <summary>How long an answer waits for the authority.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>How long an authority that did not answer is not asked again: anybody may ask for the page.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly OidcSettings? _oidc = mode.TakesTokens ? JwtSettings.Read(configuration).SignIn : null;
    private readonly Lock _gate = new();
    private Task<OpenIdConnectConfiguration>? _asked;
    private string? _tokenEndpoint;
    private long _notBefore;

    public static void Map(RouteGroupBuilder v1) =>
        v1.MapGet("/sign-in", async (HttpContext c, SignInOptions o) => await Answer.JsonAsync(c, await o.ViewAsync(c.RequestAborted))).WithTags("Identity")
            .Describes<SignInView>("GetSignIn", "How people sign in here. Needs no key.");

    /// <summary>The origin of the token endpoint, after a space; empty while it is unknown.</summary>
    public string ConnectTo => _tokenEndpoint is { } endpoint ? $" {OriginOf(new(endpoint))}" : "";

    public async Task<SignInView> ViewAsync(CancellationToken stop) =>
        new(mode.Asks, _oidc is null ? null : new(_oidc.ClientId, _oidc.Scope, _oidc.Parameters, await FindAsync(stop)));

    /// <summary>The authority's endpoints, which are kept once they are known. Null while it cannot be reached, or where the page signs nobody in.</summary>
    public async Task<OidcServer?> FindAsync(CancellationToken stop)
    {
        if (_oidc is null || tokens.Get(SignIn.Jwt).ConfigurationManager is not { } manager || time.GetUtcNow().Ticks < Interlocked.Read(ref _notBefore))
        {
            return null;
        }

        try
        {
            var server = OidcServer.Of(await AskAsync(manager).WaitAsync(Patience, stop));
            _tokenEndpoint = server.TokenEndpoint;
            return server;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            Interlocked.Exchange(ref _notBefore, (time.GetUtcNow() + Pause).Ticks);
            Unreachable(log, e.Message);
            return null;
        }
    }

    /// <summary>One question at a time, however many wait for its answer.</summary>
    private Task<OpenIdConnectConfiguration> AskAsync(IConfigurationManager<OpenIdConnectConfiguration> manager)
    {
        lock (_gate)
        {
            return _asked = _asked is { IsCompleted: false } ? _asked : manager.GetConfigurationAsync(CancellationToken.None);
        }
    }

    /// <summary>In ASCII, as a header must be.</summary>
    private static string OriginOf(Uri uri) => $"{uri.Scheme}://{uri.IdnHost}{(uri.IsDefaultPort ? "" : $":{uri.Port}")}";

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
