using Microsoft.Net.Http.Headers;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Http;
using OrleansAgents.Gateway.Web;

namespace OrleansAgents.Gateway.Exposure;

/// <summary>Keeps web pages of other sites away from a service on the user's own machine.</summary>
/// <remarks>
/// The Host rule stops DNS rebinding where nobody is asked who they are (a rebound page has no key); the Origin rule stops scripts and forms of other sites, and JSON alone stops
/// what a browser sends without asking first.
/// </remarks>
internal sealed class ExposureMiddleware(RequestDelegate next, AllowedOrigins origins, AuthMode mode)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!mode.Asks && !IsOurHost(request.Host))
        {
            throw new ProblemException(
                StatusCodes.Status421MisdirectedRequest, "host_not_allowed", "Call this service as 127.0.0.1, localhost or [::1].", "Host");
        }

        if (request.Headers.Origin is { Count: > 0 } origin && !WebApp.IsOfSandbox(request) && !origins.Allows(origin.ToString(), request))
        {
            throw new ProblemException(
                StatusCodes.Status403Forbidden, "origin_not_allowed", "Pages of this origin may not call this service; Cors:Origins names those that may.", "Origin");
        }

        // A page of another site cannot read such an answer, but it can learn by its time what is found.
        if (!mode.Asks && request.Headers.Origin.Count == 0 && request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site" && IsApi(request.Path))
        {
            throw new ProblemException(
                StatusCodes.Status403Forbidden, "origin_not_allowed", "Pages of other sites may not call this service.", "Sec-Fetch-Site");
        }

        if ((HttpMethods.IsPost(request.Method) || HttpMethods.IsPatch(request.Method)) && request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase) && !IsJsonOrEmpty(request))
        {
            throw new ProblemException(
                StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "Send the body as application/json.", "Content-Type");
        }

        return next(context);
    }

    private static bool IsApi(PathString path) =>
        path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments("/hubs", StringComparison.OrdinalIgnoreCase);

    private static bool IsOurHost(HostString host) =>
        host.Host is "127.0.0.1" or "[::1]" || host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    private static bool IsJsonOrEmpty(HttpRequest request)
    {
        if (string.IsNullOrEmpty(request.ContentType))
        {
            return request.ContentLength is 0 || (request.ContentLength is null && !request.Headers.ContainsKey(HeaderNames.TransferEncoding));
        }

        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }
}
