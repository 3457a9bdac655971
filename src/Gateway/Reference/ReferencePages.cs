using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Scalar.AspNetCore;

namespace OrleansAgents.Gateway.Reference;

/// <summary>The machine-readable description, and a page that shows it to people without asking any other host.</summary>
internal static class ReferencePages
{
    public static void Add(IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddSchemaTransformer(WireSchemas.DescribeAsync);
        options.AddDocumentTransformer(EventSchemas.AddAsync);
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "OrleansAgents", Version = "v1", Description = "Durable AI agent runs." };

            // Relative addresses work from wherever the document was read.
            document.Servers?.Clear();
            return Task.CompletedTask;
        });
    });

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/{documentName}.json");
        routes.MapScalarApiReference("/docs", options => options
            .WithTitle("OrleansAgents API")
            .WithOpenApiRoutePattern("/openapi/{documentName}.json")
            .DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp());
    }
}
