using Microsoft.AspNetCore.Http.Features;

namespace OrleansAgents.Gateway.Http;

/// <summary>Tells a request's span which route it took: the web server knows it and leaves it to others to say.</summary>
internal static class RequestSpan
{
    public static Task TellRouteAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span
            && context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { Length: > 0 } route })
        {
            span.SetTag("http.route", route.Length > 1 ? route.TrimEnd('/') : route);
        }

        return next(context);
    }
}
