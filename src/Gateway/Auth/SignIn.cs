using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace OrleansAgents.Gateway.Auth;

/// <summary>Finds out who calls: by key, by token, or, where neither is configured, without asking.</summary>
internal static class SignIn
{
    /// <summary>The scheme of tokens.</summary>
    public const string Jwt = "Jwt";

    private const string Any = "Bearer";
    private const string Key = "Key";
    private const string Ticket = "Ticket";
    private const string Nobody = "Nobody";

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<AuthMode>().AddSingleton<KeyRing>().AddSingleton<Sessions>().AddSingleton<HubTickets>().AddSingleton<SignInOptions>();
        services.AddAuthentication(Any)
            .AddPolicyScheme(Any, null, o => o.ForwardDefaultSelector = SchemeFor)
            .AddScheme<AuthenticationSchemeOptions, KeyHandler>(Key, null)
            .AddScheme<AuthenticationSchemeOptions, TicketHandler>(Ticket, null)
            .AddScheme<AuthenticationSchemeOptions, NobodyHandler>(Nobody, null)
            .AddJwtBearer(Jwt, _ => { });
        services.AddOptions<JwtBearerOptions>(Jwt).Configure<IConfiguration, TimeProvider>(JwtTokens.Configure).PostConfigure(JwtTokens.ForgetOldKeys);
        services.AddAuthorization(RoleNames.AddPolicies);
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, Refusals>();
        services.PostConfigure<LoggerFilterOptions>(BearerToken.KeepOutOfLogs);
    }

    private static string SchemeFor(HttpContext context)
    {
        var mode = context.RequestServices.GetRequiredService<AuthMode>();
        return !mode.Asks ? Nobody
            : BearerToken.IsTicket(BearerToken.Of(context), context.Request.Path) ? Ticket
            : mode.TakesTokens && BearerToken.Of(context)?.StartsWith(ApiKey.Prefix, StringComparison.Ordinal) == false ? Jwt
            : Key;
    }

    private sealed class KeyHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory log, UrlEncoder encoder, KeyRing keys)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, log, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            BearerToken.Of(Context) is not { } key ? AuthenticateResult.NoResult()
            : keys.WhoHas(key) is { } who ? who.ToResult(Key)
            : AuthenticateResult.Fail("There is no such key."));
    }

    private sealed class TicketHandler(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory log, UrlEncoder encoder, HubTickets tickets, Sessions sessions)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, log, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            tickets.Take(BearerToken.Of(Context)!) is { } who && sessions.Holds(who) ? who.ToResult(Ticket) : AuthenticateResult.Fail("There is no such ticket."));
    }

    private sealed class NobodyHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory log, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, log, encoder)
    {
        private static readonly AuthenticateResult Everybody = Identity.Local.ToResult(Nobody);

        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Everybody);
    }
}

/// <summary>Whether callers are asked who they are. Decided once: a configuration that loses its section must not open the service.</summary>
internal sealed class AuthMode(IConfiguration configuration)
{
    public bool Asks { get; } = AuthConfiguration.IsConfigured(configuration);

    public bool TakesTokens { get; } = configuration.GetSection(AuthConfiguration.Jwt).Exists();
}
