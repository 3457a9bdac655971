using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OrleansAgents.Gateway.Tests.Auth;

/// <summary>Tokens as an authority would make them, and as somebody else would.</summary>
internal static class Token
{
    private const string Issuer = "https://issuer.example.org";
    private const string Audience = "agents";
    private static readonly byte[] Key = Encoding.ASCII.GetBytes("a shared secret of the tests, 32 bytes or more");

    public static Dictionary<string, string?> Settings { get; } = new()
    {
        ["Auth:Jwt:SigningKey"] = Convert.ToBase64String(Key),
        ["Auth:Jwt:Issuer"] = Issuer,
        ["Auth:Jwt:Audience"] = Audience,
        ["Auth:Jwt:TenantClaim"] = "tid",
    };

    public static string Of(
        string? user, string roles = GuardedGateway.Everything, string? tenant = "default", DateTimeOffset? from = null, TimeSpan? lasts = null,
        string audience = Audience, string issuer = Issuer, byte[]? key = null)
    {
        var begin = from ?? DateTimeOffset.UtcNow;
        var claims = new Dictionary<string, object> { ["roles"] = roles.Split(',') };
        foreach (var (name, value) in new[] { ("sub", user), ("tid", tenant) })
        {
            if (value is not null)
            {
                claims[name] = value;
            }
        }

        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            Claims = claims,
            IssuedAt = begin.UtcDateTime,
            NotBefore = begin.UtcDateTime,
            Expires = lasts == TimeSpan.Zero ? null : (begin + (lasts ?? TimeSpan.FromHours(1))).UtcDateTime,
            SigningCredentials = new(new SymmetricSecurityKey(key ?? Key), SecurityAlgorithms.HmacSha256),
        });
    }

    /// <summary>The same claims under <c>alg: none</c>, without a signature.</summary>
    public static string Unsigned(string token) =>
        Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""") + "." + token.Split('.')[1] + ".";

    /// <summary>Other claims under the signature of this token.</summary>
    public static string Forged(string token) =>
        string.Join('.', token.Split('.')[0], Of("mallory").Split('.')[1], token.Split('.')[2]);
}
