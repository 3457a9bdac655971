using OrleansAgents.Gateway.Http;

namespace OrleansAgents.Gateway.Auth;

/// <summary>The settings below <c>Auth:Jwt</c>.</summary>
/// <param name="SigningKey">A shared secret instead of an authority's keys.</param>
/// <param name="TenantClaim">Null puts everybody into one tenant.</param>
/// <param name="SignIn">Null where the page signs nobody in at the authority.</param>
internal sealed record JwtSettings(
    string? Authority, string? MetadataAddress, byte[]? SigningKey, string? Issuer, string Audience,
    string? TenantClaim, string UserClaim, string RoleClaim, OidcSettings? SignIn)
{
    /// <exception cref="InvalidOperationException">Names the key.</exception>
    public static JwtSettings Read(IConfiguration configuration)
    {
        var jwt = configuration.GetSection(AuthConfiguration.Jwt);
        string? Text(string name) => string.IsNullOrWhiteSpace(jwt[name]) ? null : jwt[name];
        InvalidOperationException Wrong(string name, string what) => AuthConfiguration.Wrong($"{jwt.Path}:{name}", what);

        var signingKey = Text("SigningKey") is not { } secret ? null
            : KeyOf(secret) ?? throw Wrong("SigningKey", "is not base64 of 32 bytes or more; openssl rand -base64 32 makes one");
        if (signingKey is not null == (Text("Authority") ?? Text("MetadataAddress")) is not null)
        {
            throw Wrong("Authority", "or Auth:Jwt:SigningKey says whose tokens are taken; set one of the two");
        }

        foreach (var name in new[] { "Authority", "MetadataAddress" })
        {
            if (Text(name) is { } address && !IsSafe(address))
            {
                throw Wrong(name, $"is \"{address}\", which is no https address; http is taken on loopback only");
            }
        }

        if (signingKey is not null && Text("Issuer") is null)
        {
            throw Wrong("Issuer", "is missing; with a signing key it says whose tokens are taken");
        }

        return new(
            Text("Authority"), Text("MetadataAddress"), signingKey, Text("Issuer"),
            Text("Audience") ?? throw Wrong("Audience", "is missing; without it tokens for other services would open this one"),
            Text("TenantClaim"), Text("UserClaim") ?? "sub", Text("RoleClaim") ?? "roles",
            OidcSettings.Read(jwt.GetSection("SignIn"), signingKey is null));
    }

    /// <summary>Whether nobody on the way can read what is sent there.</summary>
    public static bool IsSafe(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && ListenAddresses.IsLoopbackName(uri.Host)));

    private static byte[]? KeyOf(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length >= 32 ? bytes[..length] : null;
    }
}
