using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Gateway.Reference;

/// <summary>Describes events as a union told apart by <c>type</c>, from the same table that writes and reads them.</summary>
internal static class EventSchemas
{
    private const string Union = "RunEvent";

    public static async Task AddAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        var union = new OpenApiSchema
        {
            Description = "A client meets types that this list does not have, and passes them by.",
            OneOf = [],
            Discriminator = new() { PropertyName = "type", Mapping = new Dictionary<string, OpenApiSchemaReference>() },
        };
        foreach (var (name, type) in EventCodec.Types.Where(t => IsShown(t.Type)).Append((ModelDelta.Name, typeof(ModelDelta))))
        {
            var data = type.Name + "Data";
            document.AddComponent(data, await context.GetOrCreateSchemaAsync(type, null, cancellation));
            document.AddComponent(type.Name, Envelope(name, new OpenApiSchemaReference(data, document)));
            var reference = new OpenApiSchemaReference(type.Name, document);
            union.OneOf.Add(reference);
            union.Discriminator.Mapping[name] = reference;
        }

        document.AddComponent(Union, union);
        Page(document);
        Stream(document);
    }

    /// <summary>The events of what is kept of a user go over no wire; <c>/v1/facts</c> shows what they come to.</summary>
    public static bool IsShown(Type type) => !type.IsSubclassOf(typeof(UserFactEvent));

    private static OpenApiSchema Envelope(string name, IOpenApiSchema data)
    {
        var place = name == ModelDelta.Name ? "after" : "seq";
        var envelope = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string> { "runId", place, "type", "data" },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["runId"] = new OpenApiSchema { Type = JsonSchemaType.String },
                [place] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" },
                ["type"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [JsonValue.Create(name)] },
                ["data"] = data,
            },
        };
        if (place == "seq")
        {
            envelope.Required.Add("at");
            envelope.Properties["at"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" };
            envelope.Properties["commandId"] = new OpenApiSchema { Type = JsonSchemaType.String };
        }

        return envelope;
    }

    /// <summary>A page holds events as they go over the wire, not as the record that keeps their bytes.</summary>
    private static void Page(OpenApiDocument document)
    {
        if (document.Components?.Schemas?.TryGetValue(nameof(EventPage), out var page) == true && page.Properties is { } properties)
        {
            properties["items"] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchemaReference(Union, document) };
        }

        document.Components?.Schemas?.Remove(nameof(JournalEvent));
    }

    private static void Stream(OpenApiDocument document)
    {
        var read = document.Paths["/v1/runs/{id}/events"].Operations?[HttpMethod.Get];
        if (read?.Responses?["200"] is OpenApiResponse { Content: { } content })
        {
            content["text/event-stream"] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(Union, document) };
        }
    }
}
