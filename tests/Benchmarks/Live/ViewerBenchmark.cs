using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;

namespace OrleansAgents.Benchmarks.Live;

/// <summary>What one viewer waits for, beside what it would wait for if it asked the model itself.</summary>
internal static class ViewerBenchmark
{
    private const int Passes = 4;
    private const int Tokens = 250;
    private const int Pace = 50;

    /// <summary>Token by token: the model directly, SSE and SignalR in turns.</summary>
    public static async Task OneAsync()
    {
        await using var stand = await LiveStand.StartAsync();
        await using var hub = new HubConnectionBuilder().WithUrl(new Uri(stand.Gateway.Client.BaseAddress!, "/hubs/runs")).Build();
        await hub.StartAsync();
        for (var warm = 0; warm < 20; warm++)
        {
            await OverHubAsync(hub, await stand.StartRunAsync(PacedModel.Ask(100, 500, held: false)), new());
        }

        var (direct, sse, socket) = (new TokenTimes(), new TokenTimes(), new TokenTimes());
        for (var pass = 0; pass < Passes; pass++)
        {
            await stand.AskDirectlyAsync(PacedModel.Ask(Tokens, Pace, held: false), direct);
            await LiveAsync(stand, run => stand.WatchAsync(run, sse));
            await LiveAsync(stand, run => OverHubAsync(hub, run, socket));
        }

        Print("one viewer: the model directly", direct, direct);
        Print("one viewer: SSE", sse, direct);
        Print("one viewer: SignalR over a web socket", socket, direct);
    }

    /// <summary>From the request to the first token, on connections that are open: the model directly and a new run in turns.</summary>
    public static async Task FirstTokenAsync()
    {
        await using var stand = await LiveStand.StartAsync();
        using var model = await EventSocket.ConnectAsync(stand.Model.Endpoint);
        using var gateway = await EventSocket.ConnectAsync(stand.Gateway.Client.BaseAddress!);
        var input = PacedModel.Ask(3, 0, held: false);
        var (direct, run) = (new TokenTimes(), new TokenTimes());
        for (var i = 0; i < 400; i++)
        {
            await model.PostAsync(PacedModel.Path, PacedModel.Request(input));
            await FirstAsync(model, "\"content\":\"0"u8.ToArray(), i < 100 ? new() : direct);
            await gateway.PostAsync("/v1/runs", JsonSerializer.Serialize(new { agent = "plain", input, stream = true }));
            await FirstAsync(gateway, "\"text\":\"0"u8.ToArray(), i < 100 ? new() : run);
        }

        Print("first token: the model directly", direct, direct);
        Print("first token: a new run", run, direct);
    }

    private static async Task LiveAsync(LiveStand stand, Func<string, Task> watchAsync)
    {
        var watching = watchAsync((await stand.StartHeldAsync(1, Tokens, Pace))[0]);
        await Task.Delay(200);
        stand.Model.Release();
        await watching;
    }

    private static async Task OverHubAsync(HubConnection hub, string run, TokenTimes times)
    {
        await foreach (var item in hub.StreamAsync<JsonElement>("Watch", run, null))
        {
            LiveStand.Take(Encoding.UTF8.GetBytes(item.GetRawText()), times);
        }
    }

    private static async Task FirstAsync(EventSocket connection, byte[] token, TokenTimes times)
    {
        var (began, seen) = (Stopwatch.GetTimestamp(), false);
        await connection.ReadAsync(data =>
        {
            if (!seen && data.IndexOf(token) >= 0)
            {
                seen = true;
                times.Add(Stopwatch.GetElapsedTime(began));
            }
        });
    }

    private static void Print(string figure, TokenTimes times, TokenTimes direct)
    {
        var (p50, p99, max) = times.Read();
        var (base50, base99, _) = direct.Read();
        Bench.Print(figure, new { p50Micros = p50, p99Micros = p99, maxMicros = max, addedP50Micros = p50 - base50, addedP99Micros = p99 - base99, tokens = times.Count });
    }
}
