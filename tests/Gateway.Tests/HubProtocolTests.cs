using System.Text.Json.Nodes;
using MessagePack;
using MessagePack.Resolvers;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Gateway.Tests;

/// <summary>The hub in its other protocol, its start, and its lists.</summary>
public sealed class HubProtocolTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TempFolder _folder = new();
    private ModelServer _models = null!;
    private RealGateway _gateway = null!;
    private HubConnection _json = null!;
    private HubConnection _packed = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync(r => new Reply().Text("re: ", r.LastText, " 👍").Finish("stop"));
        _gateway = await RealGateway.StartAsync(_folder.File("agents.db"), _models);
        var url = new Uri(_gateway.Client.BaseAddress!, "/hubs/runs");
        _json = new HubConnectionBuilder().WithUrl(url).Build();
        _packed = new HubConnectionBuilder().WithUrl(url).AddMessagePackProtocol().Build();
        await _json.StartAsync();
        await _packed.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _json.DisposeAsync();
        await _packed.DisposeAsync();
        await _gateway.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task MessagePack_says_what_json_says()
    {
        var request = new Dictionary<string, object> { ["agent"] = "plain", ["input"] = "hi", ["metadata"] = new Dictionary<string, string> { ["order"] = "7" } };
        var started = Node(await _packed.InvokeAsync<object>("Start", request, "k1"));
        var again = await _json.InvokeAsync<JsonNode>("Start", request, "k1");
        Assert.Equal(("accepted", "duplicate"), ((string?)started["receipt"]!["status"], (string?)again["receipt"]!["status"]));
        Assert.Equal((string?)started["runId"], (string?)again["runId"]);

        var run = (string)started["runId"]!;
        _ = await WholeAsync(_json.StreamAsync<JsonNode>("Watch", run, null));
        var packed = (await WholeAsync(_packed.StreamAsync<object>("Watch", run, null))).ConvertAll(Node);
        var json = await WholeAsync(_json.StreamAsync<JsonNode>("Watch", run, null));
        Assert.Equal("run.completed", (string?)json[^1]["event"]!["type"]);
        Assert.Equal(json.Select(i => i.ToJsonString()), packed.Select(i => i.ToJsonString()));

        var refused = Node(await _packed.InvokeAsync<object>("Start", new Dictionary<string, object> { ["agent"] = "nobody", ["input"] = "hi" }, null));
        Assert.Equal("agent_not_found", (string?)refused["problem"]!["code"]);
    }

    [Fact]
    public async Task A_watched_list_is_whole_at_first_and_then_tells_of_each_run_that_comes_ends_or_matches_no_longer()
    {
        var gate = new TaskCompletionSource();
        _models.Reply(r => r.Text("first").Wait(gate.Task).Finish("stop"));
        var old = await StartAsync("old");
        var all = new List(_json.StreamAsync<JsonNode>("WatchRuns", new { }));
        await all.UntilAsync(runs => runs.Count == 1 && runs[old] == "running");
        var working = new List(_json.StreamAsync<JsonNode>("WatchRuns", new { status = "running", agent = "plain" }));
        await working.UntilAsync(runs => runs.ContainsKey(old));
        _models.Reply(r => r.Text("second").Finish("stop"));
        var young = await StartAsync("young");
        await all.UntilAsync(runs => runs.GetValueOrDefault(young) == "completed");
        gate.SetResult();
        await all.UntilAsync(runs => runs[old] == "completed");
        await working.UntilAsync(runs => !runs.ContainsValue("running"));

        var refused = await WholeAsync(_json.StreamAsync<JsonNode>("WatchRuns", new { limit = 0 }));
        Assert.Equal("invalid_limit", (string?)Assert.Single(refused)["problem"]!["code"]);
    }

    private async Task<string> StartAsync(string input) =>
        (string)(await _json.InvokeAsync<JsonNode>("Start", new { agent = "plain", input }, null))["runId"]!;

    private static async Task<List<T>> WholeAsync<T>(IAsyncEnumerable<T> stream)
    {
        using var patience = new CancellationTokenSource(Patience);
        return await stream.ToListAsync(patience.Token);
    }

    private static JsonNode Node(object item) => JsonNode.Parse(
        MessagePackSerializer.SerializeToJson(item, MessagePackSerializerOptions.Standard.WithResolver(PrimitiveObjectResolver.Instance)))!;

    /// <summary>A list as a client keeps it: the status of each run by its id.</summary>
    private sealed class List(IAsyncEnumerable<JsonNode> stream)
    {
        private readonly IAsyncEnumerator<JsonNode> _items = stream.GetAsyncEnumerator();
        private Dictionary<string, string> _runs = [];

        public async Task UntilAsync(Func<Dictionary<string, string>, bool> holds)
        {
            do
            {
                Assert.True(await _items.MoveNextAsync().AsTask().WaitAsync(Patience));
                _runs = (bool)_items.Current["anew"]! ? [] : _runs;
                foreach (var run in _items.Current["items"]!.AsArray())
                {
                    _runs[(string)run!["id"]!] = (string)run["status"]!;
                }
            }
            while (!holds(_runs));
        }
    }
}
