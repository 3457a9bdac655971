using System.Net.Http.Json;
using System.Text.Json;
using OrleansAgents.Silo;
using OrleansAgents.Testing;

namespace OrleansAgents.Benchmarks.Live;

/// <summary>A silo and a gateway as processes of their own, on a paced model in this one.</summary>
internal sealed class LiveStand(TempFolder folder, PacedModel model, ServiceProgram silo, ServiceProgram gateway) : IAsyncDisposable
{
    /// <summary>The tokens of an event as the gateway tells it; only deltas have any.</summary>
    public static int Take(ReadOnlySpan<byte> data, TokenTimes times) =>
        data.IndexOf("\"model.delta\""u8) < 0 ? 0 : times.Take(data, "\"text\":\""u8);

    public PacedModel Model => model;

    public ServiceProgram Silo => silo;

    public ServiceProgram Gateway => gateway;

    /// <param name="build">Whose silo and gateway; this build's where null.</param>
    /// <param name="further">More environment of the silo.</param>
    public static async Task<LiveStand> StartAsync(Checkout? build = null, IReadOnlyDictionary<string, string>? further = null)
    {
        build ??= Checkout.Here;
        var (folder, model, port) = (new TempFolder(), new PacedModel(), Ports.Free());
        var silo = await ServiceProgram.PublishedAsync(build.Silo, new Dictionary<string, string>(further ?? new Dictionary<string, string>())
        {
            ["Storage__ConnectionString"] = folder.File("agents.db"),
            ["Orleans__Endpoints__SiloPort"] = $"{Ports.Free()}",
            ["Orleans__Endpoints__GatewayPort"] = $"{port}",
            ["Models__default__Provider"] = "openai",
            ["Models__default__Endpoint"] = model.Endpoint.ToString(),
            ["Models__default__Model"] = "paced",
            ["Models__default__MaxConcurrent"] = "10000",
            ["Models__default__StallSeconds"] = "600",
            ["Agents__plain__Instructions"] = "Answer.",
        });
        var gateway = await ServiceProgram.PublishedAsync(build.Gateway, new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["Orleans__Endpoints__GatewayPort"] = $"{port}",
            // The crowd of idle viewers is larger than what a gateway takes by default, and one user starts it.
            ["Limits__Connections"] = "20000",
            ["Limits__RequestsPerSecond"] = "100000",
            ["Limits__OpenPerUser"] = "20000",
        });
        var stand = new LiveStand(folder, model, silo, gateway);
        await stand.WarmAsync();
        return stand;
    }

    public async Task<string> StartRunAsync(string input)
    {
        using var response = await gateway.Client.PostAsJsonAsync("/v1/runs", new { agent = "plain", input });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    /// <summary>Starts runs whose answers are held, and waits until the model has them all.</summary>
    public async Task<List<string>> StartHeldAsync(int runs, int tokens, int perSecond)
    {
        var (ids, before) = (new List<string>(), model.Held);
        for (var i = 0; i < runs; i++)
        {
            ids.Add(await StartRunAsync(PacedModel.Ask(tokens, perSecond, held: true)));
        }

        await HeldAsync(before + runs);
        return ids;
    }

    /// <summary>Waits until the model holds so many answers.</summary>
    public async Task HeldAsync(int answers)
    {
        while (model.Held < answers)
        {
            await Task.Delay(1);
        }
    }

    /// <summary>Watches a run over SSE to its end.</summary>
    /// <param name="started">Told when the open model call was shown: what follows is live.</param>
    /// <returns>Tokens that came.</returns>
    public async Task<int> WatchAsync(string run, TokenTimes times, CountdownEvent? started = null, int buffer = 8192)
    {
        using var connection = await EventSocket.ConnectAsync(gateway.Client.BaseAddress!, buffer);
        await connection.GetAsync($"/v1/runs/{run}/events");
        var tokens = 0;
        await connection.ReadAsync(data =>
        {
            tokens += Take(data, times);
            if (started is not null && data.IndexOf("\"model.started\""u8) > 0)
            {
                started.Signal();
            }
        });
        return tokens;
    }

    /// <summary>Asks the model itself, on a connection of its own.</summary>
    /// <returns>Tokens that came.</returns>
    public async Task<int> AskDirectlyAsync(string input, TokenTimes times)
    {
        using var connection = await EventSocket.ConnectAsync(model.Endpoint);
        await connection.PostAsync(PacedModel.Path, PacedModel.Request(input));
        var tokens = 0;
        await connection.ReadAsync(data => tokens += times.Take(data, "\"content\":\""u8));
        return tokens;
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await silo.DisposeAsync();
        model.Dispose();
        folder.Dispose();
    }

    /// <summary>Until the compilers of all three processes have seen the way often enough.</summary>
    private async Task WarmAsync()
    {
        for (var pass = 0; pass < 8; pass++)
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
            {
                await WatchAsync(await StartRunAsync(PacedModel.Ask(100, 100, held: false)), new());
                await AskDirectlyAsync(PacedModel.Ask(100, 100, held: false), new());
            }));
        }
    }
}
