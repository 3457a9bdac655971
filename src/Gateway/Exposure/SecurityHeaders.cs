using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Web;

namespace OrleansAgents.Gateway.Exposure;

/// <summary>Tells browsers to guess nothing, frame nothing and load nothing from elsewhere.</summary>
internal sealed class SecurityHeaders(RequestDelegate next, SignInOptions signIn)
{
    private const string Data = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>The page may call its service and the authority's token endpoint.</summary>
    private string Page =>
        $"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; connect-src 'self'{signIn.ConnectTo}; frame-src 'self'; "
        + "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    /// <summary>Draws diagrams from a model's text, in a frame of the page: it reaches no network, and its styles are its own.</summary>
    private const string Diagram =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; font-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

    /// <summary>The reference page sets styles of its own.</summary>
    private const string Docs =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        + "worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path == "/" && HttpMethods.IsGet(context.Request.Method))
        {
            // The policy of the page names the token endpoint, so that is found first.
            await signIn.FindAsync(context.RequestAborted);
        }

        context.Response.OnStarting(
            () =>
            {
                var headers = context.Response.Headers;
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "no-referrer";

                // Looking up the hosts of links in a model's text would tell their servers of it.
                headers["X-DNS-Prefetch-Control"] = "off";
                headers["Cross-Origin-Resource-Policy"] = WebApp.IsOfSandbox(context.Request) ? "cross-origin" : "same-origin";
                if (headers.ContentSecurityPolicy.Count == 0)
                {
                    headers.ContentSecurityPolicy = PolicyFor(context.Request.Path, context.Response.ContentType);
                }

                return Task.CompletedTask;
            });
        await next(context);
    }

    private string PolicyFor(PathString path, string? contentType) =>
        contentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) != true ? Data
        : path.StartsWithSegments("/docs", StringComparison.OrdinalIgnoreCase) ? Docs
        : path == "/diagram.html" ? Diagram
        : Page;
}
