using System.Net;

namespace OrleansAgents.Gateway.Http;

/// <summary>Where the server listens, by configuration, and whether only this machine reaches it.</summary>
internal static class ListenAddresses
{
    /// <summary>What is listened on when nothing is configured.</summary>
    public const string Default = "http://127.0.0.1:5080";

    /// <summary>Every configured address with the key that names it; the keys that the server itself reads.</summary>
    public static IEnumerable<(string Key, string Address)> Configured(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren()
            .Where(e => e["Url"] is not null).Select(e => (e.Path + ":Url", e["Url"]!)).ToList();
        if (endpoints.Count > 0)
        {
            return endpoints;
        }

        var urls = Split(configuration["urls"]).Select(a => ("ASPNETCORE_URLS", a)).ToList();
        return urls.Count > 0
            ? urls
            : Split(configuration["http_ports"]).Select(p => ("ASPNETCORE_HTTP_PORTS", $"http://*:{p}"))
                .Concat(Split(configuration["https_ports"]).Select(p => ("ASPNETCORE_HTTPS_PORTS", $"https://*:{p}")));
    }

    /// <summary>Whether an address such as <c>http://localhost:5080</c> is reached from this machine only.</summary>
    public static bool IsLoopback(string address)
    {
        var start = address.IndexOf("://", StringComparison.Ordinal);
        var rest = start < 0 ? address : address[(start + 3)..];
        if (rest.StartsWith("unix:", StringComparison.OrdinalIgnoreCase) || rest.StartsWith("pipe:", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        return Uri.TryCreate("http://" + rest, UriKind.Absolute, out var uri) && IsLoopbackName(uri.Host);
    }

    /// <summary>Whether a host name or address means this machine.</summary>
    public static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));

    private static string[] Split(string? list) =>
        (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
