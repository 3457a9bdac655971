using System.Net.Http.Json;
using System.Text.Json;
using OrleansAgents.Silo;
using OrleansAgents.Testing;
using OrleansAgents.Testing.Viewers;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>Many viewers over SSE and SignalR, of a run and of its thread, when a process between them and the run dies or freezes.</summary>
public sealed class ManyViewersTests : IAsyncLifetime
{
    private const string Thread = "thr_of_many_viewers_01";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TempFolder _folder = new();
    private readonly int _port = Ports.Free();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Audience _audience = null!;
    private ModelServer _models = null!;
    private ServiceProgram _silo = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync(r => r.Number == 1
            ? new Reply().Text("one ", "two ").Wait(_gate.Task).Text("three ", "four").Finish("stop")
            : _audience.Paced(1, 2, "five ", "six ", "seven").Finish("stop"));
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
    public async Task Two_hundred_viewers_of_a_gateway_that_is_killed_go_on_at_another_and_miss_nothing()
    {
        await using var first = await ServiceProgram.GatewayAsync(_port);
        await using var second = await ServiceProgram.GatewayAsync(_port);
        var gateway = first;
        var (run, viewers) = await WatchedAsync(200, () => Volatile.Read(ref gateway));
        Volatile.Write(ref gateway, second);
        await first.KillAsync();
        _gate.SetResult();
        var all = await CheckAsync(second, run, viewers, "1, 1): one two three four");
        Assert.All(all, v => Assert.InRange(v.Cut, 1, int.MaxValue));
    }

    [Fact]
    public async Task A_silo_that_is_killed_under_a_gateway_costs_none_of_its_viewers_anything()
    {
        await using var gateway = await ServiceProgram.GatewayAsync(_port);
        var (run, viewers) = await WatchedAsync(40, () => gateway);
        await _silo.KillAndStartAgainAsync();
        _gate.SetResult();
        await CheckAsync(gateway, run, viewers, "1, 1): one two ", "1, 2): five six seven");
    }

    [Fact]
    public async Task A_gateway_that_freezes_for_longer_than_its_silo_waits_misses_nothing()
    {
        await using var frozen = await ServiceProgram.GatewayAsync(_port);
        await using var other = await ServiceProgram.GatewayAsync(_port);
        var (run, viewers) = await WatchedAsync(20, () => frozen);
        await frozen.FreezeAsync();
        _gate.SetResult();
        var lucky = await new Viewer(Watches.Sse, Thread, () => other.Client.BaseAddress!).UntilAsync("turn.ended");
        Assert.NotEmpty(lucky.Transcript.Of(run));

        // A silo waits 5 s for an answer, then the gateway is gone for it.
        await Task.Delay(TimeSpan.FromSeconds(6));
        await frozen.ThawAsync();
        await CheckAsync(frozen, run, viewers, "1, 1): one two three four");
    }

    /// <summary>A run in the middle of its answer, which is on every screen so far.</summary>
    private async Task<(string Run, List<Task<Viewer>> Viewers)> WatchedAsync(int count, Func<ServiceProgram> gateway)
    {
        _audience = new(count);
        using var posted = await gateway().Client.PostAsJsonAsync($"/v1/threads/{Thread}/messages", new { input = "hi", agent = "docs" });
        var run = (await posted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("runId").GetString()!;
        var viewers = Enumerable.Range(0, count).Select(n => new Viewer(
            n % 2 == 0 ? Watches.Sse : Watches.Hub, n % 4 < 2 ? run : Thread, () => gateway().Client.BaseAddress!)
        {
            Stays = told =>
            {
                _audience.Heard(told);
                return true;
            },
        }.UntilAsync(n % 4 < 2 ? "run.completed" : "turn.ended")).ToList();
        await _audience.AllAsync(1, 1, "one two ".Length).WaitAsync(Patience);
        return (run, viewers);
    }

    /// <summary>All have seen what the journal holds, and the whole text.</summary>
    private static async Task<Viewer[]> CheckAsync(ServiceProgram gateway, string run, List<Task<Viewer>> watching, params string[] texts)
    {
        var viewers = await Viewer.AllAsync(watching);
        var page = await gateway.Client.GetFromJsonAsync<JsonElement>($"/v1/runs/{run}/events?limit=500");
        var journal = page.GetProperty("items").EnumerateArray().Select(e => e.GetRawText()).ToList();
        Assert.All(viewers, v => Assert.Equal(journal, v.Transcript.Of(run)));
        Assert.Equal(2, viewers.Select(v => v.Transcript.ToString()).Distinct().Count());
        Assert.All(texts, text => Assert.All(viewers, v => Assert.Contains(text + Environment.NewLine, v.Transcript.ToString(), StringComparison.Ordinal)));
        return viewers;
    }
}
