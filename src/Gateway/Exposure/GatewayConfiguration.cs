using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Http;
using OrleansAgents.Gateway.Limits;

namespace OrleansAgents.Gateway.Exposure;

/// <summary>Reads the gateway's own keys; a wrong value ends the start with a sentence that names its key.</summary>
internal static class GatewayConfiguration
{
    /// <summary>Checks every key at once, before anything listens.</summary>
    /// <exception cref="InvalidOperationException">Names the key.</exception>
    public static void Check(IConfiguration configuration)
    {
        AuthConfiguration.Check(configuration);
        LimitSettings.Read(configuration);
        foreach (var (key, origin) in Origins(configuration))
        {
            if (!IsOrigin(origin))
            {
                throw new InvalidOperationException(
                    $"{key} is \"{origin}\", which is not an origin. Write it as https://example.org or http://localhost:5173, without a path; * is not taken.");
            }
        }

        foreach (var (key, address) in ListenAddresses.Configured(configuration))
        {
            if (!Uri.TryCreate(address.Replace("*", "any", StringComparison.Ordinal).Replace("+", "any", StringComparison.Ordinal), UriKind.Absolute, out var uri)
                || uri.Scheme is not ("http" or "https"))
            {
                throw new InvalidOperationException($"{key} is \"{address}\", which is not an address. Write it as {ListenAddresses.Default}.");
            }
        }
    }

    /// <summary>The entries of <c>Cors:Origins</c>: a list, or one string with commas between.</summary>
    public static IEnumerable<(string Key, string Origin)> Origins(IConfiguration configuration)
    {
        const string root = "Cors:Origins";
        var one = (configuration[root] ?? "").Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return one.Select(o => (root, o))
            .Concat(configuration.GetSection(root).GetChildren().Select(c => (c.Path, c.Value ?? "")));
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme is ("http" or "https")
        && text.Equals(uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);
}
