using System.Diagnostics;
using OrleansAgents.Runs;

namespace OrleansAgents.Gateway.Http;

/// <summary>Turns everything that is not an answer into a problem: refusals, the server's own statuses, failures.</summary>
/// <remarks>A failure is told with an id only; what happened is in the log under that id.</remarks>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; there is nobody to answer.
            return;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            await Problems.WriteAsync(context, FromException(context, e));
            return;
        }

        if (!context.Response.HasStarted && context.Response is { StatusCode: >= 400, ContentType: null, ContentLength: null })
        {
            await Problems.WriteAsync(context, FromStatus(context));
        }
    }

    private ApiProblem FromException(HttpContext context, Exception e)
    {
        switch (e)
        {
            case ProblemException p:
                return Problems.Of(p.Status, p.Code, p.Message, p.Field);
            case UnavailableException u:
                return Problems.Of(503, "unavailable", u.Message);
            case RefusedException r:
                return Problems.Of(r.Problem);
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return Problems.Of(413, Problems.TooLarge, "The body is larger than this server reads.", "body");
            case BadHttpRequestException b:
                return Problems.Of(b.StatusCode, "bad_request", "The request could not be read.", "body");
        }

        var id = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
        Failed(log, e, context.Request.Method, context.Request.Path, id);
        return Problems.Of(500, "internal_error", $"The server failed. Its log has the reason under the id {id}.", id: id);
    }

    private static ApiProblem FromStatus(HttpContext context) => context.Response.StatusCode switch
    {
        404 => Problems.Of(404, "route_not_found", "There is nothing at this path. /openapi/v1.json lists what there is.", "path"),
        405 => Problems.Of(405, "method_not_allowed", $"This path takes {context.Response.Headers.Allow}.", "method"),
        415 => Problems.Of(415, "unsupported_media_type", "Send the body as application/json.", "Content-Type"),
        var status => Problems.Of(status, "http_" + status, "The server refused the request."),
    };

    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed; the client was told the id {Id}")]
    private static partial void Failed(ILogger log, Exception e, string method, string path, string id);
}
