using System.Text.Json;
using OrleansAgents.Runs;

namespace OrleansAgents.Gateway.Http;

/// <summary>Writes pages of events.</summary>
internal static class EventPages
{
    /// <summary>A page of events, with their stored data as it is.</summary>
    public static async Task WriteAsync(HttpContext context, EventPage page)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, GatewayJson.Events);
        json.WriteStartObject();
        json.WriteStartArray("items"u8);
        foreach (var e in page.Items)
        {
            e.WriteTo(json);
        }

        json.WriteEndArray();
        json.WriteNumber("head"u8, page.Head);
        json.WriteBoolean("terminal"u8, page.Terminal);
        json.WriteEndObject();
    }
}
