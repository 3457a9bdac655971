using Microsoft.Net.Http.Headers;
using OrleansAgents.Gateway.Http;
namespace OrleansAgents.Gateway.Streams;

/// <summary>What a request for a stream says about where to begin.</summary>
internal static class SseRequest
{
    /// <summary>The cursor and the field that it came in; a browser that reconnects has the newer place in its header. Null for the beginning.</summary>
    public static (string Field, string? Cursor) CursorOf(HttpRequest request) =>
        request.Headers.TryGetValue(Describe.LastEventId, out var header) && header.ToString().Length > 0 ? (Describe.LastEventId, header.ToString())
            : request.Query.TryGetValue("after", out var after) ? ("after", after.ToString())
            : ("after", null);

    /// <summary>Whether the caller asks for the stream instead of a page.</summary>
    public static bool IsWanted(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)
        && accepted.Any(a => a.Quality is not 0 && a.MediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase));
}
