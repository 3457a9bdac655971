using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace OrleansAgents.Gateway.Auth;

/// <summary>What makes a token good, and whom it names.</summary>
internal static class JwtTokens
{
    /// <summary>How far the authority's clock may be ahead of ours. An expiry is taken at its word: live streams end by it too.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);

    /// <summary>How long a key counts that its authority has withdrawn. One that is unknown makes it look again at once.</summary>
    private static readonly TimeSpan KeysHold = TimeSpan.FromMinutes(5);

    public static void Configure(JwtBearerOptions options, IConfiguration configuration, TimeProvider time)
    {
        if (!configuration.GetSection(AuthConfiguration.Jwt).Exists())
        {
            return;
        }

        var settings = JwtSettings.Read(configuration);
        options.Authority = settings.Authority;
        options.MetadataAddress = settings.MetadataAddress!;
        options.Audience = settings.Audience;
        options.MapInboundClaims = false;
        options.TimeProvider = time;

        options.AutomaticRefreshInterval = KeysHold;

        // JwtSettings lets plain http through on loopback only.
        options.RequireHttpsMetadata = false;
        options.TokenValidationParameters = new()
        {
            ValidAudience = settings.Audience,
            ValidIssuer = settings.Issuer,
            IssuerSigningKey = settings.SigningKey is { } key ? new SymmetricSecurityKey(key) : null,

            // Each kind of key with its own algorithms: a public key must never be taken for a shared secret.
            ValidAlgorithms = settings.SigningKey is not null
                ? ["HS256", "HS384", "HS512"]
                : ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"],
            LifetimeValidator = (from, until, _, _) =>
                until is { } end && time.GetUtcNow() < Utc(end) && !(from is { } begin && time.GetUtcNow() + Skew < Utc(begin)),
        };
        options.Events = new()
        {
            OnMessageReceived = context =>
            {
                context.Token = BearerToken.Of(context.HttpContext);
                return Task.CompletedTask;
            },
            OnTokenValidated = context =>
            {
                if (WhoIs(context.Principal!, settings, Utc(context.SecurityToken.ValidTo)) is { } who)
                {
                    context.Principal = who.ToUser(context.Scheme.Name);
                }
                else
                {
                    context.Fail("The token names no user or no tenant.");
                }

                return Task.CompletedTask;
            },

            // Also when the authority cannot be reached: whoever cannot be known is not let in, and the log has the reason.
            OnAuthenticationFailed = context =>
            {
                context.Fail(context.Exception);
                return Task.CompletedTask;
            },
        };
    }

    /// <summary>A key that is withdrawn is withdrawn: it is not remembered as one that once was good.</summary>
    public static void ForgetOldKeys(JwtBearerOptions options)
    {
        if (options.ConfigurationManager is BaseConfigurationManager keys)
        {
            keys.UseLastKnownGoodConfiguration = false;
        }
    }

    private static Identity? WhoIs(ClaimsPrincipal token, JwtSettings settings, DateTimeOffset until)
    {
        var user = token.FindFirstValue(settings.UserClaim) ?? "";
        var tenant = settings.TenantClaim is { } claim ? token.FindFirstValue(claim) ?? "" : AuthConfiguration.DefaultTenant;

        // An authority's other roles mean nothing here.
        var roles = token.FindAll(settings.RoleClaim).SelectMany(c => AuthConfiguration.Split(c.Value)).Aggregate(Roles.None, (all, name) => all | RoleNames.Of(name));
        return AuthConfiguration.IsName(user) && AuthConfiguration.IsName(tenant) ? new(new(tenant, user), roles, until) : null;
    }

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
