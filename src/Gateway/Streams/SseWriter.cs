using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using OrleansAgents.Client.Streams;
using OrleansAgents.Gateway.Http;

namespace OrleansAgents.Gateway.Streams;

/// <summary>Writes frames as server-sent events, straight into the response. Not thread-safe.</summary>
internal sealed class SseWriter : IViewer, IDisposable
{
    /// <summary>How long one write may be blocked before the client counts as hopeless.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpContext _context;
    private readonly TimeProvider _time;
    private readonly PipeWriter _out;
    private readonly Utf8JsonWriter _json = new(Stream.Null, GatewayJson.Events);

    /// <summary>Whether to name events; without names a browser hands all of them to <c>onmessage</c>.</summary>
    private readonly bool _names;

    private SseWriter(HttpContext context, TimeProvider time)
    {
        (_context, _time, _out) = (context, time, context.Response.BodyWriter);
        _names = context.Request.Query["names"] != "false";
    }

    /// <summary>Sets the headers, and tells the client when to come back if it is cut: not all at once.</summary>
    public static SseWriter Begin(HttpContext context, TimeProvider time)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var headers = context.Response.Headers;
        context.Response.ContentType = "text/event-stream";
        headers.CacheControl = "no-cache, no-transform";
        headers["X-Accel-Buffering"] = "no";
        var writer = new SseWriter(context, time);
        writer.Text(string.Create(CultureInfo.InvariantCulture, $"retry: {Random.Shared.Next(1000, 3000)}\n\n"));
        return writer;
    }

    public Task ShowAsync(string journalId, IReadOnlyList<Frame> frames)
    {
        foreach (var frame in frames)
        {
            Write(journalId, frame);
        }

        return FlushAsync();
    }

    /// <summary>Keeps proxies from closing an idle connection.</summary>
    public Task KeepAliveAsync()
    {
        Text(": keep-alive\n\n");
        return FlushAsync();
    }

    private void Write(string journalId, in Frame frame)
    {
        Head(frame.Place ?? frame.Cursor.ToString(), frame.Event?.Type ?? Events.ModelDelta.Name);
        _json.Reset(_out);
        if (frame.Event is { } e)
        {
            e.WriteTo(_json);
        }
        else
        {
            frame.Delta!.WriteTo(_json, journalId, frame.After);
        }

        _json.Flush();
        Text("\n\n");
    }

    /// <summary>Says that the cursor is beyond what there is, with the view to begin anew from.</summary>
    public void WriteGap(GapEvent gap)
    {
        Head(gap.After.ToString(CultureInfo.InvariantCulture), GapEvent.Name);
        _json.Reset(_out);
        JsonSerializer.Serialize(_json, gap, GatewayJson.Answers);
        _json.Flush();
        Text("\n\n");
    }

    /// <summary>Sends what was written, and waits until the client has room for more.</summary>
    /// <exception cref="ClientTooSlowException">It had none for <see cref="Patience"/>.</exception>
    public async Task FlushAsync()
    {
        var flush = _out.FlushAsync(_context.RequestAborted);
        if (flush.IsCompletedSuccessfully)
        {
            return;
        }

        try
        {
            await flush.AsTask().WaitAsync(Patience, _time);
        }
        catch (TimeoutException)
        {
            // It comes back with its cursor; holding its bytes helps nobody.
            _context.Abort();
            throw new ClientTooSlowException();
        }
    }

    public void Dispose() => _json.Dispose();

    private void Head(string id, string name)
    {
        Text($"id: {id}\n");
        if (_names)
        {
            Text($"event: {name}\n");
        }

        Text("data: ");
    }

    private void Text(string text) => Encoding.UTF8.GetBytes(text, _out);
}
