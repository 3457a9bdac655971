// A chat in a terminal: says something in a thread and shows the answer as it comes, whatever happens to the connection.
// dotnet run --project samples/ConsoleClient -- "What is a run?" [thr_…] [http://127.0.0.1:5080]
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;

var question = args.ElementAtOrDefault(0) ?? "What is a run?";
var thread = args.ElementAtOrDefault(1) ?? $"thr_{Guid.NewGuid():n}";
var service = new Uri(args.ElementAtOrDefault(2) ?? "http://127.0.0.1:5080");

await using var hub = new HubConnectionBuilder().WithUrl(new Uri(service, "/hubs/runs")).Build();
var commandId = Guid.NewGuid().ToString("n");
var (cursor, shown) = ((string?)null, 0);
while (true)
{
    try
    {
        if (hub.State == HubConnectionState.Disconnected)
        {
            await hub.StartAsync();
        }

        // The same command id has one effect, however often it is sent.
        var posted = await hub.InvokeAsync<JsonElement>("Post", thread, new { input = question }, commandId);
        if (posted.TryGetProperty("problem", out var problem))
        {
            Console.Error.WriteLine(problem.GetProperty("message").GetString());
            return 1;
        }

        var run = posted.GetProperty("runId").GetString();
        await foreach (var item in hub.StreamAsync<JsonElement>("Watch", run, cursor))
        {
            if (item.TryGetProperty("problem", out _))
            {
                break;
            }

            cursor = item.GetProperty("cursor").GetString();
            var (type, data) = (item.GetProperty("event").GetProperty("type").GetString(), item.GetProperty("event").GetProperty("data"));
            switch (type)
            {
                case "model.started":
                    shown = 0;
                    break;
                case "model.delta":
                    Show(data.GetProperty("offset").GetInt32(), data.GetProperty("text").GetString()!);
                    break;
                case "model.completed":
                    // Whoever comes late finds no pieces, only the whole; one that is very long is kept aside, and asked for by its name.
                    Show(0, string.Concat(data.GetProperty("content").EnumerateArray().Select(part => part.GetProperty("text"))
                        .TakeWhile(text => text.ValueKind == JsonValueKind.String).Select(text => text.GetString())));
                    break;
                case "model.failed":
                    Console.WriteLine("\n(withdrawn; another attempt follows)");
                    break;
                case "tool.started":
                    Console.WriteLine($"[{data.GetProperty("tool").GetString()} {data.GetProperty("arguments").GetRawText()}]");
                    break;
                case "run.completed" or "run.failed" or "run.cancelled":
                    Console.WriteLine($"\n{type}");
                    return type == "run.completed" ? 0 : 1;
            }
        }
    }
    catch (Exception e) when (e is HttpRequestException or IOException or InvalidOperationException or TaskCanceledException)
    {
        Console.Error.WriteLine($"({e.Message} Trying again.)");
        await Task.Delay(TimeSpan.FromSeconds(1));
    }
}

void Show(int offset, string text)
{
    Console.Write(text[Math.Clamp(shown - offset, 0, text.Length)..]);
    shown = Math.Max(shown, offset + text.Length);
}
