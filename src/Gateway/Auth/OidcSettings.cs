namespace OrleansAgents.Gateway.Auth;

/// <summary>The settings below <c>Auth:Jwt:SignIn</c>: the page signs people in at the authority, by OpenID Connect's code flow with PKCE.</summary>
/// <param name="ClientId">The page's public client at the authority; its redirect URI is the page's own address.</param>
/// <param name="Scope">What the page asks for. Most authorities give a refresh token only for the scope <c>offline_access</c>.</param>
/// <param name="Parameters">Further parameters of the authorization request, such as Auth0's <c>audience</c> or RFC 8707's <c>resource</c>.</param>
internal sealed record OidcSettings(string ClientId, string Scope, IReadOnlyDictionary<string, string> Parameters)
{
    private const string DefaultScope = "openid offline_access";
    private static readonly string[] Known = [nameof(ClientId), nameof(Scope), nameof(Parameters)];

    /// <summary>Parameters that the page sets, or that could replace those.</summary>
    private static readonly string[] Reserved =
        ["client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "request", "request_uri"];

    /// <summary>Null where the section is missing.</summary>
    /// <exception cref="InvalidOperationException">Names the key.</exception>
    public static OidcSettings? Read(IConfigurationSection section, bool hasAuthority)
    {
        if (!section.Exists())
        {
            return null;
        }

        if (!hasAuthority)
        {
            throw AuthConfiguration.Wrong(section.Path, "needs Auth:Jwt:Authority, where people sign in; with a signing key there is none");
        }

        if (section.GetChildren().FirstOrDefault(c => !Known.Contains(c.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw AuthConfiguration.Wrong(unknown.Path, $"is not a setting; there are {string.Join(", ", Known)}");
        }

        var parameters = section.GetSection(nameof(Parameters)).GetChildren().ToDictionary(c => c.Key, c => c.Value ?? "");
        if (parameters.Keys.FirstOrDefault(k => Reserved.Contains(k, StringComparer.OrdinalIgnoreCase)) is { } own)
        {
            throw AuthConfiguration.Wrong($"{section.Path}:{nameof(Parameters)}:{own}", "is set by the page itself");
        }

        var scope = section[nameof(Scope)] is { Length: > 0 } given ? given : DefaultScope;
        return section[nameof(ClientId)] is not { Length: > 0 } clientId
                ? throw AuthConfiguration.Wrong($"{section.Path}:{nameof(ClientId)}", "is missing; register the page as a public client at the authority")
            : !scope.Split(' ').Contains("openid")
                ? throw AuthConfiguration.Wrong($"{section.Path}:{nameof(Scope)}", "lacks openid, without which this is no sign-in")
            : new(clientId, scope, parameters);
    }
}
