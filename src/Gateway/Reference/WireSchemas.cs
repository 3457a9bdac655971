using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Runs;

namespace OrleansAgents.Gateway.Reference;

/// <summary>Describes the types that write themselves, which their members say nothing about.</summary>
internal static class WireSchemas
{
    public static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        _ = cancellation;
        if (context.JsonTypeInfo.Type == typeof(Text))
        {
            schema.Description = "A string, or a reference to a stored body when it is longer than 64 KB.";
            schema.OneOf = [new OpenApiSchema { Type = JsonSchemaType.String }, BodyRefSchema()];
        }
        else if (context.JsonTypeInfo.Type == typeof(RawJson))
        {
            schema.Description = "Any JSON.";
        }
        else if (schema.Required is { } required)
        {
            // What is null is left out of answers, and may be left out of requests.
            required.ExceptWith(context.JsonTypeInfo.Properties.Where(p => p.IsGetNullable).Select(p => p.Name));
        }

        if (context.JsonTypeInfo.Type == typeof(StartRequest))
        {
            schema.Required = new HashSet<string> { "agent", "input" };
        }
        else if (context.JsonTypeInfo.Type == typeof(ResolveRequest))
        {
            schema.Required = new HashSet<string> { "decision" };
        }

        return Task.CompletedTask;
    }

    private static OpenApiSchema BodyRefSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "ref", "bytes", "preview" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["ref"] = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^sha256:[0-9a-f]{64}$" },
            ["bytes"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" },
            ["preview"] = new OpenApiSchema { Type = JsonSchemaType.String },
        },
    };
}
