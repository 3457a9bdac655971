using System.Net.Http.Json;
using System.Text.Json;
using OrleansAgents.Silo;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>A silo and gateways as processes of their own: what viewers see when one of them goes.</summary>
public sealed class TwoProcessTests : IAsyncLifetime
{
    private const string Thread = "/v1/threads/thr_two_processes_01";
    private readonly TempFolder _folder = new();
    private readonly int _port = Ports.Free();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ModelServer _models = null!;
    private ServiceProgram _silo = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync(r => r.Number == 1
            ? new Reply().Text("one ", "two ").Wait(_gate.Task).Text("three ", "four").Finish("stop")
            : new Reply().Text("five ", "six").Finish("stop"));
        _silo = await ServiceProgram.SiloAsync(_folder.File("agents.db"), Ports.Free(), _port, new Dictionary<string, string>
        {
            ["Models__default__Provider"] = "openai",
            ["Models__default__Endpoint"] = _models.Endpoint.ToString(),
            ["Models__default__Model"] = "scripted",
            ["Models__default__ApiKey"] = "test-key",
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Viewers_of_two_gateways_see_the_same_as_it_happens_and_outlive_the_death_of_one()
    {
        await using var first = await ServiceProgram.GatewayAsync(_port);
        await using var second = await ServiceProgram.GatewayAsync(_port);
        await PostAsync(first, "hello");
        using var one = await SseReader.OpenAsync(first.Client, Thread + "/events");
        using var two = await SseReader.OpenAsync(second.Client, Thread + "/events");
        var (seenByOne, seenByTwo) = (await UntilTextAsync(one, "one two "), await UntilTextAsync(two, "one two "));
        Assert.Equal(Folded(seenByOne), Folded(seenByTwo));

        await first.KillAsync();
        _gate.SetResult();
        seenByTwo.AddRange(await UntilAsync(two, e => e.Name == "turn.ended"));
        Assert.Equal("one two three four", Text(seenByTwo));

        // Who was cut reads on elsewhere from where they were.
        using var moved = await SseReader.OpenAsync(second.Client, Thread + "/events", seenByOne[^1].Id);
        seenByOne.AddRange(await UntilAsync(moved, e => e.Name == "turn.ended"));
        Assert.Equal(Folded(seenByTwo), Folded(seenByOne));
    }

    [Fact]
    public async Task A_silo_killed_under_a_living_gateway_costs_no_event_and_doubles_none()
    {
        await using var gateway = await ServiceProgram.GatewayAsync(_port);
        await PostAsync(gateway, "hello");
        var viewer = await SseReader.OpenAsync(gateway.Client, Thread + "/events");
        var seen = await UntilTextAsync(viewer, "one two ");
        await _silo.KillAndStartAgainAsync();
        _gate.SetResult();

        // The gateway may hold the connection over the silo's death, or cut it: a client goes on with its cursor.
        while (seen[^1].Name != "turn.ended")
        {
            if (await NextAsync(viewer) is { } e)
            {
                seen.Add(e);
                continue;
            }

            viewer.Dispose();
            viewer = await ReopenAsync(gateway, seen[^1].Id!);
        }

        viewer.Dispose();
        var durable = seen.Where(e => e.Json.TryGetProperty("runId", out _) && e.Json.TryGetProperty("seq", out _))
            .Select(e => e.Json.GetProperty("seq").GetInt64()).ToList();
        Assert.Equal(Enumerable.Range(1, durable.Count).Select(n => (long)n), durable);
        Assert.Contains(seen, e => e.Name == "model.failed");
        Assert.Equal("five six", Text(seen));

        // And what comes next is live again.
        await PostAsync(gateway, "more");
        using var next = await SseReader.OpenAsync(gateway.Client, Thread + "/events", seen[^1].Id);
        Assert.Equal("five six", Text(await UntilAsync(next, e => e.Name == "turn.ended")));
    }

    private static async Task PostAsync(ServiceProgram gateway, string input)
    {
        using var response = await gateway.Client.PostAsJsonAsync(Thread + "/messages", new { input, agent = "docs" });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task<SseEvent?> NextAsync(SseReader viewer)
    {
        try
        {
            return await viewer.NextAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return null;
        }
    }

    private static async Task<SseReader> ReopenAsync(ServiceProgram gateway, string cursor)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var reader = await SseReader.OpenAsync(gateway.Client, Thread + "/events", cursor);
            if (reader.Response.IsSuccessStatusCode)
            {
                return reader;
            }

            Assert.False(patience.IsCancellationRequested, $"Waited 30 s for the gateway to find its silo again; it says {reader.Response.StatusCode}.");
            reader.Dispose();
        }
    }

    private static Task<List<SseEvent>> UntilTextAsync(SseReader viewer, string text)
    {
        var said = "";
        return UntilAsync(viewer, e => (said += e.Name == "model.delta" ? Said(e) : "") == text);
    }

    private static async Task<List<SseEvent>> UntilAsync(SseReader viewer, Func<SseEvent, bool> wanted)
    {
        var seen = new List<SseEvent>();
        while (await viewer.NextAsync().WaitAsync(TimeSpan.FromSeconds(30)) is { } e)
        {
            seen.Add(e);
            if (wanted(e))
            {
                return seen;
            }
        }

        throw new InvalidOperationException($"The stream ended after {string.Join(", ", seen.Select(e => e.Short))}.");
    }

    /// <summary>Durable events in order, and the text of the attempt that stands.</summary>
    private static string Folded(List<SseEvent> seen) => JsonSerializer.Serialize(new
    {
        events = seen.Where(e => e.Name != "model.delta").Select(e => e.Data),
        text = Text(seen),
    });

    /// <summary>As a client folds it: deltas as they come, withdrawn with their attempt, and the recorded answer in the end.</summary>
    private static string Text(List<SseEvent> seen)
    {
        var text = "";
        foreach (var e in seen)
        {
            text = e.Name switch
            {
                "model.failed" => "",
                "model.delta" => text[..Offset(e)] + Said(e),
                "model.completed" => string.Concat(e.Json.GetProperty("data").GetProperty("content").EnumerateArray().Select(p => p.GetProperty("text").GetString())),
                "turn.accepted" => "",
                _ => text,
            };
        }

        return text;
    }

    private static string Said(SseEvent e) => e.Json.GetProperty("data").GetProperty("text").GetString()!;

    private static int Offset(SseEvent e) => e.Json.GetProperty("data").GetProperty("offset").GetInt32();
}
