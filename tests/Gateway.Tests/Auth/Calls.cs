using System.Reflection;
using Microsoft.AspNetCore.Routing;
using OrleansAgents.Gateway.Hubs;

namespace OrleansAgents.Gateway.Tests.Auth;

/// <summary>Every way to call the service, found in the program itself, so that none is forgotten.</summary>
internal static class Calls
{
    public const string UnknownRun = "run_nobody_has_ever_started";
    public const string UnknownThread = "thr_nobody_has_ever_opened";

    /// <summary>Each route with each of its methods.</summary>
    public static IEnumerable<(RouteEndpoint Endpoint, HttpMethod Method)> Of(GuardedGateway gateway) =>
        from endpoint in gateway.Endpoints
        from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is { Count: > 0 } methods ? methods : ["GET"]
        select (endpoint, HttpMethod.Parse(method));

    /// <summary>The hub's methods as SignalR finds them.</summary>
    public static IReadOnlyList<MethodInfo> OfHub { get; } =
        typeof(RunHub).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);

    public static string? NameOf(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName;

    /// <summary>The route's path, with something in every place.</summary>
    public static string PathOf(RouteEndpoint endpoint, string run = UnknownRun, string thread = UnknownThread)
    {
        var pattern = "/" + endpoint.RoutePattern.RawText!.Trim('/');
        var id = pattern.StartsWith("/v1/threads", StringComparison.Ordinal) ? thread : run;
        return string.Join('/', pattern.Split('/').Select(part => part switch
        {
            "{id}" => id,
            "{n}" => "1",
            "{documentName}.json" => "v1.json",
            ['{', ..] => "v1",
            _ => part,
        }));
    }

    /// <summary>A body that the route can read, or none.</summary>
    public static string? BodyOf(RouteEndpoint endpoint, HttpMethod method) =>
        method != HttpMethod.Post && method != HttpMethod.Patch ? null : NameOf(endpoint) switch
        {
            "SendMessage" or "PostMessage" or "EditQueued" => """{"input":"Mine?"}""",
            "RestoreMemory" => """{"version":0}""",
            "ChangeThread" => """{"title":"Mine"}""",
            "GiveFeedback" => """{"value":"up"}""",
            "ResolvePending" => """{"decision":"retry"}""",
            _ => "{}",
        };

    /// <summary>Arguments that a hub method can read.</summary>
    public static object?[] ArgumentsOf(MethodInfo method, string run = UnknownRun, string thread = UnknownThread) =>
        [.. method.GetParameters().Where(p => p.ParameterType != typeof(CancellationToken)).Select(p => p.Name switch
        {
            "runId" => (object?)run,
            "threadId" => thread,
            "callId" => "call_1",
            "body" when method.Name == "Resolve" => new { decision = "retry" },
            "body" when method.Name == "RestoreMemory" => new { version = 0 },
            "messageId" => "m1",
            "body" when method.Name == "ChangeThread" => new { title = "Mine" },
            "body" when method.Name == "GiveFeedback" => new { value = "up" },
            "body" when method.Name is "Send" or "Post" or "Start" or "EditQueued" => new { input = "Mine?" },
            _ => null,
        })];
}
