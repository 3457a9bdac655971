using OrleansAgents.Gateway.Http;

namespace OrleansAgents.Gateway.Exposure;

/// <summary>Whose pages may call: the service's own, those of <c>Cors:Origins</c>, and in Development any of this machine.</summary>
internal sealed class AllowedOrigins(IConfiguration configuration, IHostEnvironment environment)
{
    private readonly HashSet<string> _configured =
        new(GatewayConfiguration.Origins(configuration).Select(o => o.Origin), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a page of <paramref name="origin"/> may send <paramref name="request"/>; <c>null</c> never may.</summary>
    public bool Allows(string origin, HttpRequest request) =>
        origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase) || AllowsForeign(origin);

    /// <summary>Whether a page of another origin may read answers.</summary>
    public bool AllowsForeign(string origin) =>
        _configured.Contains(origin)
        || (environment.IsDevelopment() && Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && uri.Scheme is ("http" or "https") && ListenAddresses.IsLoopbackName(uri.Host));
}
