using System.Text.Json;
using Microsoft.Extensions.Configuration;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Gateway.Tests;

/// <summary>A user lists and deletes what is kept of them, over HTTP; nobody else sees that there is something.</summary>
public sealed class FactsEndToEndTests : IAsyncLifetime
{
    private const string Unknown = "fact_nobody_has_ever_kept";
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, string?> _settings = [];
    private ModelServer _models = null!;
    private RealGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync(r => r.LastText.StartsWith("keep ", StringComparison.Ordinal)
            ? new Reply().Call("remember", JsonSerializer.Serialize(new { key = r.LastText.Split(' ')[1], text = r.LastText })).Finish("tool_calls")
            : new Reply().Text("Very well.").Finish("stop"));
        var (alice, bob, mallory) = (Key("alice", "one"), Key("bob", "one"), Key("alice", "two"));
        Alice = alice;
        Strangers = [bob, mallory];
        Reader = Key("alice", "one", "view");
        _gateway = await RealGateway.StartAsync(_folder.File("agents.db"), _models, configuration: c => c.AddInMemoryCollection(_settings));
    }

    private string Alice { get; set; } = "";

    private string Reader { get; set; } = "";

    private string[] Strangers { get; set; } = [];

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task They_are_listed_newest_first_page_by_page_with_what_they_superseded_if_asked()
    {
        await SayAsync(Alice, "keep city Paris");
        await SayAsync(Alice, "keep city Berlin");
        await SayAsync(Alice, "keep diet vegan");

        var valid = await ListAsync(Alice, "");
        Assert.Equal(["keep diet vegan", "keep city Berlin"], valid.Select(f => f.GetProperty("text").GetString()));
        Assert.Equal(("user", "valid", "keeper", 1), (Text(valid[0], "trust"), Text(valid[0], "status"), Text(valid[0].GetProperty("source"), "agent"), valid[0].GetProperty("source").GetProperty("step").GetInt32() - 1));
        Assert.False(valid[0].TryGetProperty("validUntil", out _));

        var pages = new List<JsonElement>();
        for (string? cursor = "", next; cursor is not null; cursor = next)
        {
            var (_, page) = await SendAsync(Alice, HttpMethod.Get, $"/v1/facts?includeSuperseded=true&limit=1{cursor}");
            pages.Add(Assert.Single(page.GetProperty("items").EnumerateArray()));
            next = page.TryGetProperty("nextCursor", out var given) ? $"&cursor={given.GetString()}" : null;
        }

        Assert.Equal(["valid", "valid", "superseded"], pages.Select(f => Text(f, "status")));
        Assert.Equal(Text(pages[1], "id"), Text(pages[2], "supersededBy"));
        Assert.True(pages[2].TryGetProperty("validUntil", out _));
    }

    [Theory]
    [InlineData("includeSuperseded=yes", "invalid_request", "includeSuperseded")]
    [InlineData("limit=0", "invalid_limit", "limit")]
    [InlineData("cursor=x", "invalid_cursor", "cursor")]
    public async Task A_wrong_question_names_what_is_wrong(string query, string code, string field)
    {
        var (status, problem) = await SendAsync(Alice, HttpMethod.Get, "/v1/facts?" + query);
        Assert.Equal((400, code, field), (status, Text(problem, "code"), Text(problem, "field")));
    }

    [Fact]
    public async Task What_the_user_deletes_is_told_no_more_and_deleting_it_again_is_no_error()
    {
        await SayAsync(Alice, "keep city Paris");
        var id = Text(Assert.Single(await ListAsync(Alice, "")), "id");
        Assert.Equal(403, (await SendAsync(Reader, HttpMethod.Delete, $"/v1/facts/{id}")).Status);
        Assert.Equal(204, (await SendAsync(Alice, HttpMethod.Delete, $"/v1/facts/{id}")).Status);
        Assert.Equal(204, (await SendAsync(Alice, HttpMethod.Delete, $"/v1/facts/{id}")).Status);
        Assert.Empty(await ListAsync(Alice, ""));
        var record = Assert.Single(await ListAsync(Reader, "?includeSuperseded=true"));
        Assert.Equal("erased", Text(record, "status"));
        Assert.False(record.TryGetProperty("text", out _) || record.TryGetProperty("key", out _));
        Assert.True(record.TryGetProperty("erasedAt", out _));

        await SayAsync(Alice, "Hello");
        Assert.DoesNotContain("Paris", _models.Received[^1].Body.GetRawText());
    }

    [Fact]
    public async Task A_foreign_fact_is_answered_like_an_unknown_one_byte_for_byte_and_stays()
    {
        await SayAsync(Alice, "keep city Paris");
        var id = Text(Assert.Single(await ListAsync(Alice, "")), "id");
        foreach (var stranger in Strangers)
        {
            Assert.Empty(await ListAsync(stranger, "?includeSuperseded=true"));
            var foreign = await RawAsync(stranger, HttpMethod.Delete, $"/v1/facts/{id}");
            Assert.Equal(404, foreign.Status);
            Assert.Contains("\"fact_not_found\"", foreign.Body);
            Assert.Equal(await RawAsync(stranger, HttpMethod.Delete, $"/v1/facts/{Unknown}"), foreign);
            Assert.Equal(await RawAsync(stranger, HttpMethod.Delete, "/v1/facts/run_x"), foreign);

            // Whoever keeps something themselves is told the same.
            await SayAsync(stranger, "keep city Rome");
            Assert.Equal(await RawAsync(stranger, HttpMethod.Delete, $"/v1/facts/{Unknown}"), await RawAsync(stranger, HttpMethod.Delete, $"/v1/facts/{id}"));
            Assert.Equal("keep city Rome", Text(Assert.Single(await ListAsync(stranger, "")), "text"));
        }

        Assert.Equal(401, (await RawAsync(null, HttpMethod.Get, "/v1/facts")).Status);
        Assert.Equal(401, (await RawAsync(null, HttpMethod.Delete, $"/v1/facts/{id}")).Status);
        Assert.Equal("keep city Paris", Text(Assert.Single(await ListAsync(Alice, "")), "text"));
    }

    private string Key(string user, string tenant, string roles = "start,view")
    {
        var key = ApiKey.New();
        var section = $"Auth:Keys:k{_settings.Count}:";
        (_settings[section + "Hash"], _settings[section + "User"], _settings[section + "Tenant"], _settings[section + "Roles"]) = (ApiKey.HashOf(key), user, tenant, roles);
        return key;
    }

    private async Task SayAsync(string key, string input)
    {
        var (status, view) = await SendAsync(key, HttpMethod.Post, "/v1/runs", JsonSerializer.Serialize(new { agent = "keeper", input }), ("Prefer", "wait=30"));
        Assert.Equal((200, "completed"), (status, Text(view, "status")));
    }

    private async Task<IReadOnlyList<JsonElement>> ListAsync(string key, string query) =>
        [.. (await SendAsync(key, HttpMethod.Get, "/v1/facts" + query)).Body.GetProperty("items").EnumerateArray()];

    private async Task<(int Status, JsonElement Body)> SendAsync(string key, HttpMethod method, string path, string? json = null, params (string, string)[] headers)
    {
        var (status, body) = await RawAsync(key, method, path, json, headers);
        return (status, body.Length == 0 ? default : JsonDocument.Parse(body).RootElement);
    }

    private async Task<(int Status, string Body)> RawAsync(string? key, HttpMethod method, string path, string? json = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = json is null ? null : new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        request.Headers.Authorization = key is null ? null : new("Bearer", key);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var response = await _gateway.Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
