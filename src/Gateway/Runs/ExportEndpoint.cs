using System.Text.Json;
using OrleansAgents.Client.Calls;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Http;
using OrleansAgents.Runs;

namespace OrleansAgents.Gateway.Runs;

/// <summary>All events of a run, one a line (NDJSON), read and written page by page however long it is.</summary>
internal sealed class ExportEndpoint(Caller caller)
{
    private const int PageSize = 500;

    public async Task ExportAsync(HttpContext context, Principal principal, string id)
    {
        var page = await PageAsync(0);
        context.Response.ContentType = "application/x-ndjson";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{id}.ndjson\"";
        try
        {
            while (page.Items.Count > 0)
            {
                Write(context, page);
                await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
                page = await PageAsync(page.Items[^1].Seq);
            }
        }
        catch (Exception) when (context.Response.HasStarted)
        {
            // Half a file must not look like a whole one.
            context.Abort();
            throw;
        }

        Task<EventPage> PageAsync(long after) =>
            caller.RunAsync(r => r.EventsAsync(principal, id, after, PageSize)!, context.RequestAborted);
    }

    private static void Write(HttpContext context, EventPage page)
    {
        using var json = new Utf8JsonWriter(context.Response.BodyWriter, GatewayJson.Events);
        foreach (var e in page.Items)
        {
            e.WriteTo(json);
            json.Flush();
            json.Reset();
            context.Response.BodyWriter.GetSpan(1)[0] = (byte)'\n';
            context.Response.BodyWriter.Advance(1);
        }
    }
}
