using System.Text.Json;

namespace OrleansAgents.Testing;

/// <summary>A server-sent event as it came.</summary>
internal sealed record SseEvent(string? Id, string? Name, string Data)
{
    public JsonElement Json => JsonDocument.Parse(Data).RootElement;

    /// <summary>Id and text of a delta, id and type of anything else: enough to tell two streams apart.</summary>
    public string Short
    {
        get
        {
            var type = Json.GetProperty("type").GetString();
            return type == "model.delta" ? $"{Id} \"{Json.GetProperty("data").GetProperty("text").GetString()}\"" : $"{Id} {type}";
        }
    }
}

/// <summary>Reads an event stream with a real client, event by event.</summary>
internal sealed class SseReader(HttpResponseMessage response, StreamReader reader) : IDisposable
{
    public HttpResponseMessage Response => response;

    private readonly TaskCompletionSource<string> _aside = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _awaited;

    /// <summary>Comments and retry lines, as they came.</summary>
    public List<string> Asides { get; } = [];

    public static async Task<SseReader> OpenAsync(HttpClient client, string path, string? lastEventId = null, HttpContent? post = null)
    {
        using var request = new HttpRequestMessage(post is null ? HttpMethod.Get : HttpMethod.Post, path) { Content = post };
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new(response, new(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>The next event, or null at the end of the stream.</summary>
    public async Task<SseEvent?> NextAsync()
    {
        var (id, name, data) = ((string?)null, (string?)null, (string?)null);
        while (await reader.ReadLineAsync() is { } line)
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            switch (colon < 0 ? line : line[..colon])
            {
                case "" when data is not null: return new(id, name, data);
                case "id": id = line[4..]; break;
                case "event": name = line[7..]; break;
                case "data": data = line[6..]; break;
                case "" when line.Length == 0: break;
                default: Aside(line); break;
            }
        }

        return null;
    }

    /// <summary>All events to the end of the stream.</summary>
    public async Task<List<SseEvent>> RestAsync()
    {
        var events = new List<SseEvent>();
        while (await NextAsync() is { } e)
        {
            events.Add(e);
        }

        return events;
    }

    /// <summary>Completes when a certain line comes while events are read.</summary>
    public Task<string> AsideAsync(string line)
    {
        _awaited = line;
        return _aside.Task;
    }

    /// <summary>What came instead of events.</summary>
    public Task<string> TextAsync() => reader.ReadToEndAsync();

    private void Aside(string line)
    {
        Asides.Add(line);
        if (line == _awaited)
        {
            _aside.TrySetResult(line);
        }
    }

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
    }
}
