using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;
using OrleansAgents.Runs;

namespace OrleansAgents.Gateway.Http;

/// <summary>Writes problems, and gives each code of a grain its HTTP status.</summary>
internal static class Problems
{
    /// <summary>Code of the refusal of a body or an input beyond its limit.</summary>
    public const string TooLarge = "input_too_large";

    public const string ContentType = "application/problem+json";

    /// <summary><c>field</c> is always there, so that a client can read it without asking first.</summary>
    private static readonly JsonSerializerOptions Json = new(GatewayJson.Answers)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver { Modifiers = { LeaveOptionalOut } },
    };

    /// <summary>The HTTP status of a grain's refusal.</summary>
    public static int StatusOf(string code) => code switch
    {
        ProblemCodes.RunDeleted or ProblemCodes.ThreadDeleted => StatusCodes.Status410Gone,
        ProblemCodes.ThreadBusy or ProblemCodes.QueueFull or ProblemCodes.MessageTaken => StatusCodes.Status409Conflict,
        ProblemCodes.InvalidState or ProblemCodes.IdempotencyMismatch or ProblemCodes.RetryTooEarly => StatusCodes.Status409Conflict,
        ProblemCodes.SearchUnavailable => StatusCodes.Status501NotImplemented,
        ProblemCodes.StorageFull => StatusCodes.Status507InsufficientStorage,
        ProblemCodes.StorageUnavailable or ProblemCodes.RunMoved => StatusCodes.Status503ServiceUnavailable,

        // The client asked rightly and nothing it can do helps: the store is at fault.
        _ when code.EndsWith("_corrupt", StringComparison.Ordinal) => StatusCodes.Status500InternalServerError,
        _ when code.EndsWith("_not_found", StringComparison.Ordinal) => StatusCodes.Status404NotFound,
        _ => StatusCodes.Status400BadRequest,
    };

    /// <summary>The field at fault where the grain, which knows no routes, names none.</summary>
    private static string? FieldOf(string code) => code switch
    {
        ProblemCodes.RunNotFound or ProblemCodes.RunDeleted or ProblemCodes.InvalidState => "id",
        ProblemCodes.AgentNotFound => "agent",
        ProblemCodes.ModelNotFound => "model",
        ProblemCodes.PendingNotFound => "callId",
        ProblemCodes.StepNotFound => "n",
        ProblemCodes.BodyNotFound => "hash",
        ProblemCodes.IdempotencyMismatch => "Idempotency-Key",
        ProblemCodes.RetryTooEarly => "decision",
        _ => null,
    };

    public static ApiProblem Of(int status, string code, string detail, string? field = null, string? id = null) =>
        new("about:blank", ReasonPhrases.GetReasonPhrase(status), status, detail, code, field, Id: id);

    public static ApiProblem Of(Problem problem)
    {
        var made = Of(StatusOf(problem.Code), problem.Code, problem.Message, problem.Field ?? FieldOf(problem.Code));
        return made with { RunStatus = problem.Status, By = problem.By };
    }

    /// <summary>Answers with a problem; the response must not have started.</summary>
    public static Task WriteAsync(HttpContext context, ApiProblem problem)
    {
        context.Response.StatusCode = problem.Status;
        context.Response.Headers.CacheControl = "no-store";
        if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        if (problem.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
        {
            context.Response.Headers.RetryAfter = "1";
        }

        return context.Response.WriteAsJsonAsync(problem, Json, ContentType, context.RequestAborted);
    }

    private static void LeaveOptionalOut(System.Text.Json.Serialization.Metadata.JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(p => type.Type == typeof(ApiProblem) && p.Name is "runStatus" or "by" or "id"))
        {
            property.ShouldSerialize = (_, value) => value is not null;
        }
    }
}
