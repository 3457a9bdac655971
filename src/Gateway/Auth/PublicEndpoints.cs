using Microsoft.AspNetCore.Authorization;

namespace OrleansAgents.Gateway.Auth;

/// <summary>What is answered without knowing who asks: the reads that <c>public-endpoints.txt</c> names, and nothing else.</summary>
internal static class PublicEndpoints
{
    private static readonly string[] Patterns = [.. Read()];

    /// <summary>Routes mapped on this are public if the file names them.</summary>
    public static RouteGroupBuilder Group(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("");
        ((IEndpointConventionBuilder)group).Finally(endpoint =>
        {
            if (endpoint is RouteEndpointBuilder route && IsPublic(route.RoutePattern.RawText, route.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault()))
            {
                endpoint.Metadata.Add(new AllowAnonymousAttribute());
            }
        });
        return group;
    }

    /// <summary>Whether the file names this route, and all that it does is to read.</summary>
    public static bool IsPublic(string? pattern, IHttpMethodMetadata? methods)
    {
        var path = "/" + pattern?.Trim('/');
        return methods is { HttpMethods.Count: > 0 } && methods.HttpMethods.All(m => HttpMethods.IsGet(m) || HttpMethods.IsHead(m))
            && Patterns.Any(p => p.EndsWith('*') ? path.StartsWith(p[..^1], StringComparison.Ordinal) : path == p);
    }

    private static IEnumerable<string> Read()
    {
        using var reader = new StreamReader(typeof(PublicEndpoints).Assembly.GetManifestResourceStream("public-endpoints.txt")!);
        while (reader.ReadLine() is { } line)
        {
            if (line.Split('#')[0].Trim() is { Length: > 0 } pattern)
            {
                yield return pattern;
            }
        }
    }
}
