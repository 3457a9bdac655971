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

    private const string Page = """
        <!doctype html>
        <html lang="en">
        <head><title>OrleansAgents API</title><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"></head>
        <body><div id="app"></div><script src="scalar.js"></script><script type="module" src="start.js"></script></body>
        </html>
        """;

    /// <summary>What Scalar's own page has inline. As a file it runs under a policy that allows no inline script.</summary>
    private const string Start = """
        import { initialize } from './scalar.aspnetcore.js'
        initialize('%2Fdocs%2F', false, {
          withDefaultFonts: false, _integration: 'dotnet', sources: [{ title: 'v1', url: 'openapi/v1.json' }],
          telemetry: false, agent: { disabled: true }, mcp: { disabled: true },
        }, '')
        """;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/{documentName}.json");

        // Relative addresses of the page need the slash.
        routes.MapGet("/docs", (HttpContext c) => c.Request.Path.Value!.EndsWith('/') ? Results.Content(Page, "text/html; charset=utf-8") : Results.LocalRedirect("~/docs/"))
            .ExcludeFromDescription();
        routes.MapGet("/docs/v1", () => Results.LocalRedirect("~/docs/")).ExcludeFromDescription();
        routes.MapGet("/docs/start.js", () => Results.Content(Start, "text/javascript; charset=utf-8")).ExcludeFromDescription();
        routes.MapScalarApiReference("/docs", options => options
            .WithTitle("OrleansAgents API")
            .WithOpenApiRoutePattern("/openapi/{documentName}.json")
            .DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp());
    }
}
