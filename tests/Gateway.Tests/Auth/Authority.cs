using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OrleansAgents.Gateway.Tests.Auth;

/// <summary>An OpenID Connect authority on this machine: it publishes where its keys are, and signs with the newest of them.</summary>
internal sealed class Authority : IAsyncDisposable
{
    public const string Audience = "agents";
    private readonly WebApplication _app;
    private volatile RsaSecurityKey _key = NewKey();

    private Authority(WebApplication app) => _app = app;

    public string Issuer => _app.Urls.Single();

    /// <summary>Where it says that it gives tokens; often on another host than the rest.</summary>
    public string TokenEndpoint { get; set; } = "https://tokens.example.org/give";

    /// <summary>The key that signs at present; only its public half is published.</summary>
    public RsaSecurityKey Key => _key;

    /// <summary>Takes tokens of this authority in place of the tests' shared secret.</summary>
    public (string, string)[] Settings =>
    [
        ("Auth:Jwt:SigningKey", ""), ("Auth:Jwt:Issuer", ""), ("Auth:Jwt:Authority", Issuer), ("Auth:Jwt:Audience", Audience), ("Auth:Jwt:TenantClaim", "tid"),
    ];

    public static async Task<Authority> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var made = new Authority(app);
        app.MapGet("/.well-known/openid-configuration", () => new
        {
            issuer = made.Issuer,
            jwks_uri = made.Issuer + "/keys",
            authorization_endpoint = made.Issuer + "/authorize",
            token_endpoint = made.TokenEndpoint,
            id_token_signing_alg_values_supported = new[] { "RS256" },
        });
        app.MapGet("/keys", () => new { keys = new[] { made.Published() } });
        await app.StartAsync();
        return made;
    }

    /// <summary>From now on there is another key, and the old one is no longer published.</summary>
    public void Rotate() => _key = NewKey();

    public static RsaSecurityKey NewKey(string? id = null) => new(RSA.Create(2048)) { KeyId = id ?? Guid.NewGuid().ToString("n") };

    public string Token(
        string user, DateTimeOffset? from = null, TimeSpan? lasts = null, string audience = Audience, string? issuer = null, SecurityKey? key = null,
        string algorithm = SecurityAlgorithms.RsaSha256)
    {
        var begin = from ?? DateTimeOffset.UtcNow;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Issuer,
            Audience = audience,
            Claims = new Dictionary<string, object> { ["sub"] = user, ["tid"] = "default", ["roles"] = GuardedGateway.Everything.Split(',') },
            IssuedAt = begin.UtcDateTime,
            NotBefore = begin.UtcDateTime,
            Expires = (begin + (lasts ?? TimeSpan.FromHours(1))).UtcDateTime,
            SigningCredentials = new(key ?? _key, algorithm),
        });
    }

    /// <summary>Shared secrets that somebody could make of what is published, for whoever takes a public key for one.</summary>
    public IEnumerable<SymmetricSecurityKey> PublicKeyAsSecret()
    {
        var rsa = _key.Rsa;
        foreach (var bytes in new[]
        {
            Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem()), rsa.ExportSubjectPublicKeyInfo(), rsa.ExportRSAPublicKey(), rsa.ExportParameters(false).Modulus!,
        })
        {
            yield return new(bytes) { KeyId = _key.KeyId };
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private object Published()
    {
        var parameters = _key.Rsa.ExportParameters(false);
        return new
        {
            kty = "RSA",
            use = "sig",
            alg = "RS256",
            kid = _key.KeyId,
            n = Base64UrlEncoder.Encode(parameters.Modulus),
            e = Base64UrlEncoder.Encode(parameters.Exponent),
        };
    }
}
