using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Gateway.Tests;

/// <summary>The search over HTTP: real gateway, silo, file and index. The index follows by itself, so a test waits for what it must come to.</summary>
public sealed class SearchEndToEndTests : IAsyncLifetime
{
    private const string One = "thr_conversation_0001";
    private readonly TempFolder _folder = new();
    private ModelServer _models = null!;
    private RealGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync(r => new Reply().Text("answer to ", r.LastText).Finish("stop"));
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_was_said_answered_and_titled_is_found_and_shown_where()
    {
        await SayAsync(One, "请在三天内退款");
        await FoundAsync("退款", One);
        var hit = await FoundAsync("answer 退款", One);
        Assert.Equal(1, hit.GetProperty("match").GetProperty("turn").GetInt32());
        var mark = hit.GetProperty("match").GetProperty("marks")[1];
        Assert.Equal("退款", hit.GetProperty("match").GetProperty("text").GetString()!.Substring(mark.GetProperty("from").GetInt32(), mark.GetProperty("length").GetInt32()));

        Assert.Equal(200, (await _gateway.SendAsync(HttpMethod.Patch, $"/v1/threads/{One}", """{"title":"Übersicht","archived":true}""")).Status);
        var titled = await FoundAsync("ubersi", One);
        Assert.False(titled.GetProperty("match").TryGetProperty("turn", out _));
        Assert.True(titled.GetProperty("archived").GetBoolean());
        Assert.Empty((await FindAsync("ubersi&archived=false")).EnumerateArray());
        Assert.Empty((await FindAsync("nobody said this")).EnumerateArray());
    }

    [Fact]
    public async Task What_was_deleted_is_not_found_from_the_answer_on()
    {
        const string Two = "thr_conversation_0002";
        await SayAsync(One, "the first secret");
        await SayAsync(Two, "the second secret");
        await FoundAsync("answer first secret", One);
        await FoundAsync("answer second secret", Two);

        Assert.Equal(204, (await _gateway.SendAsync(HttpMethod.Delete, $"/v1/threads/{One}")).Status);
        Assert.Equal([Two], Ids(await FindAsync("secret")));

        var run = (await _gateway.SendAsync(HttpMethod.Get, $"/v1/runs?threadId={Two}")).Body.GetProperty("items")[0].GetProperty("id").GetString();
        Assert.Equal(204, (await _gateway.SendAsync(HttpMethod.Delete, $"/v1/runs/{run}")).Status);
        Assert.Empty(Ids(await FindAsync("answer")));
    }

    [Fact]
    public async Task An_index_that_is_lost_is_built_again_from_the_journals()
    {
        await SayAsync(One, "an old question");
        await FoundAsync("answer old question", One);
        await _gateway.DisposeAsync();
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(Store)!, "agents.search.db*"))
        {
            File.Delete(file);
        }

        await StartAsync();
        await FoundAsync("answer old question", One);
    }

    [Fact]
    public async Task An_index_that_is_damaged_is_refused_in_words_and_built_again()
    {
        await SayAsync(One, "an old question");
        await FoundAsync("answer old question", One);
        using (var other = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={SqliteThreadIndex.PathOf(Store)};Pooling=False"))
        {
            await other.OpenAsync();
            other.Run("DROP TABLE users");
        }

        var (status, problem) = await _gateway.SendAsync(HttpMethod.Get, "/v1/threads?q=question");
        Assert.Equal((501, "search_unavailable", "q"), (status, problem.GetProperty("code").GetString(), problem.GetProperty("field").GetString()));
        await FoundAsync("answer old question", One);
    }

    [Fact]
    public async Task Nobody_finds_the_threads_of_another()
    {
        await _gateway.DisposeAsync();
        await StartAsync(c => c.AddInMemoryCollection(
        [
            new("Auth:Keys:0:Hash", Hash("key-of-ann")), new("Auth:Keys:0:User", "ann"), new("Auth:Keys:0:Tenant", "acme"), new("Auth:Keys:0:Roles", "start,view"),
            new("Auth:Keys:1:Hash", Hash("key-of-bob")), new("Auth:Keys:1:User", "bob"), new("Auth:Keys:1:Tenant", "acme"), new("Auth:Keys:1:Roles", "start,view"),
        ]));
        As("key-of-ann");
        await SayAsync(One, "a plan of ann");
        await FoundAsync("plan", One);

        As("key-of-bob");
        await SayAsync("thr_conversation_0002", "a scheme of bob");
        await FoundAsync("scheme", "thr_conversation_0002");
        Assert.Empty(Ids(await FindAsync("plan")));
    }

    [Fact]
    public async Task Hits_come_in_pages_and_bad_input_names_the_field()
    {
        foreach (var n in Enumerable.Range(1, 5))
        {
            await SayAsync($"thr_conversation_000{n}", $"common words {n}");
        }

        await FoundAsync("answer common 5", "thr_conversation_0005");
        var seen = new List<string>();
        var path = "/v1/threads?limit=2&q=common";
        for (string? cursor = ""; cursor is not null;)
        {
            var (_, page) = await _gateway.SendAsync(HttpMethod.Get, path + (cursor.Length > 0 ? $"&cursor={cursor}" : ""));
            seen.AddRange(Ids(page.GetProperty("items")));
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }

        Assert.Equal(Enumerable.Range(1, 5).Select(n => $"thr_conversation_000{n}"), seen.Order());
        foreach (var (query, field) in new[] { ("q=" + new string('x', 201), "q"), ("q=x&cursor=abc", "cursor"), ("q=x&cursor=hits-99999999999", "cursor"), ("q=x&q=y", "q") })
        {
            var (status, problem) = await _gateway.SendAsync(HttpMethod.Get, $"/v1/threads?{query}");
            Assert.Equal((400, field), (status, problem.GetProperty("field").GetString()));
        }
    }

    private string Store => _folder.File("agents.db");

    private async Task StartAsync(Action<ConfigurationManager>? configuration = null) =>
        _gateway = await RealGateway.StartAsync(Store, _models, configuration: configuration);

    private void As(string key) => _gateway.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);

    private static string Hash(string key) => "sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key)));

    private async Task SayAsync(string thread, string input) => Assert.Equal(
        202, (await _gateway.SendAsync(HttpMethod.Post, $"/v1/threads/{thread}/messages", JsonSerializer.Serialize(new { input, agent = "plain" }))).Status);

    private async Task<JsonElement> FindAsync(string query) =>
        (await _gateway.SendAsync(HttpMethod.Get, $"/v1/threads?q={query}")).Body.GetProperty("items");

    private async Task<JsonElement> FoundAsync(string query, string thread)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            foreach (var hit in (await FindAsync(query)).EnumerateArray())
            {
                if (hit.GetProperty("id").GetString() == thread)
                {
                    return hit;
                }
            }

            Assert.False(patience.IsCancellationRequested, $"'{query}' was not found.");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private static List<string> Ids(JsonElement items) => [.. items.EnumerateArray().Select(t => t.GetProperty("id").GetString()!)];
}
