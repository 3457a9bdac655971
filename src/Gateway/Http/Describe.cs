using Microsoft.OpenApi;

namespace OrleansAgents.Gateway.Http;

/// <summary>Says in OpenAPI what an endpoint takes and gives. Bodies are read by the endpoints themselves.</summary>
internal static class Describe
{
    public const string LastEventId = "Last-Event-ID";

    public static RouteHandlerBuilder Describes<T>(this RouteHandlerBuilder route, string name, string summary, int status = 200) =>
        route.Named(name, summary).Produces<T>(status);

    public static RouteHandlerBuilder Describes(this RouteHandlerBuilder route, string name, string summary, int status) =>
        route.Named(name, summary).Produces(status);

    public static RouteHandlerBuilder DescribesFile(this RouteHandlerBuilder route, string name, string summary, string contentType) =>
        route.Named(name, summary).Produces<string>(200, contentType);

    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder route, bool optional = false)
        where T : notnull => route.Accepts<T>(optional, "application/json");

    public static RouteHandlerBuilder Keyed(this RouteHandlerBuilder route) =>
        route.Parameter(CommandKey.Header, ParameterLocation.Header, "1 to 128 visible characters; repeating a command under its key has one effect.");

    public static RouteHandlerBuilder Queries(this RouteHandlerBuilder route, params string[] names) =>
        names.Aggregate(route, (r, name) => r.Parameter(name, ParameterLocation.Query, null));

    public static RouteHandlerBuilder Streams(this RouteHandlerBuilder route) =>
        route.Parameter(LastEventId, ParameterLocation.Header, "The id of the last event seen; wins over after.");

    private static RouteHandlerBuilder Named(this RouteHandlerBuilder route, string name, string summary) =>
        route.WithName(name).WithSummary(summary).Produces<ApiProblem>(400, Problems.ContentType);

    private static RouteHandlerBuilder Parameter(this RouteHandlerBuilder route, string name, ParameterLocation place, string? description) =>
        route.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            var type = name switch
            {
                "limit" => JsonSchemaType.Integer,
                "includeSuperseded" or "pinned" or "archived" => JsonSchemaType.Boolean,
                _ => JsonSchemaType.String,
            };
            var schema = new OpenApiSchema { Type = type };
            (operation.Parameters ??= []).Add(new OpenApiParameter { Name = name, In = place, Description = description, Schema = schema });
            return Task.CompletedTask;
        });
}
