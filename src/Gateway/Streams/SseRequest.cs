using Microsoft.AspNetCore.Http;
using OrleansAgents.Client.Streams;

namespace OrleansAgents.Gateway.Streams;

/// <summary>What a request for a stream says about where to begin.</summary>
internal static class SseRequest
{
    public const string LastEventId = "Last-Event-ID";

    /// <summary>The cursor and the field that it came in; a browser that reconnects has the newer place in its header. Null for the beginning.</summary>
    public static (string Field, string? Cursor) CursorOf(HttpRequest request) =>
        request.Headers.TryGetValue(LastEventId, out var header) && header.ToString().Length > 0 ? (LastEventId, header.ToString())
            : request.Query.TryGetValue("after", out var after) ? ("after", after.ToString())
            : ("after", null);
}
