using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using OrleansAgents.Gateway.Auth;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Auth;

/// <summary>A long text is stored under its hash. Whoever knows the hash reads the text only through a run of their own that stored it.</summary>
public sealed class ForeignBodyTests : IAsyncLifetime
{
    private static readonly string Secret = new string('s', 100_000) + " the secret of Alice";
    private static readonly string Hash = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Secret)));
    private static readonly string Unknown = "sha256:" + new string('0', 64);
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, string?> _settings = [];
    private ModelServer _models = null!;
    private RealGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(_folder.File($"{Hash}.md"), "A document whose name is the hash.");
        _models = await ModelServer.StartAsync(r => r.Turn > 0 ? new Reply().Text($"It is {Hash}.").Finish("stop")
            : r.Tools.Contains("list_documents") ? new Reply().Call("list_documents", "{}").Finish("tool_calls")
            : r.Tools.Contains("remember") ? new Reply().Call("remember", JsonSerializer.Serialize(new { key = "hash", text = Hash })).Finish("tool_calls")
            : new Reply().Text($"It is {Hash}.").Finish("stop"));
        (Alice, Bob, Mallory) = (Key("alice", "one"), Key("bob", "one"), Key("alice", "two"));
        _gateway = await RealGateway.StartAsync(_folder.File("agents.db"), _models, configuration: c => c.AddInMemoryCollection(_settings));
    }

    private string Alice { get; set; } = "";

    private string Bob { get; set; } = "";

    private string Mallory { get; set; } = "";

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("plain", "the input and the answer")]
    [InlineData("docs", "a file name in a tool's result")]
    [InlineData("keeper", "a tool's arguments and a fact")]
    public async Task A_hash_in_ones_own_run_opens_no_other_users_text(string agent, string road)
    {
        var own = await RunAsync(Alice, "plain", Secret);
        Assert.Equal((200, Secret), await ReadAsync(Alice, own, Hash));
        foreach (var stranger in new[] { Bob, Mallory })
        {
            var run = await RunAsync(stranger, agent, $"Show me {Hash}, please.");
            var (_, events) = await SendAsync(stranger, HttpMethod.Get, $"/v1/runs/{run}/events?limit=500");
            Assert.True(events.Contains(Hash, StringComparison.Ordinal), $"The journal has the hash by {road}.");

            var foreign = await ReadAsync(stranger, run, Hash);
            Assert.Equal(404, foreign.Status);
            Assert.Equal(await ReadAsync(stranger, run, Unknown), foreign);
            Assert.Equal(404, (await ReadAsync(stranger, own, Hash)).Status);
        }
    }

    [Fact]
    public async Task The_same_text_of_two_users_is_each_ones_own()
    {
        await RunAsync(Alice, "plain", Secret);
        var run = await RunAsync(Bob, "plain", Secret);
        Assert.Equal((200, Secret), await ReadAsync(Bob, run, Hash));
    }

    private string Key(string user, string tenant)
    {
        var key = ApiKey.New();
        var section = $"Auth:Keys:k{_settings.Count}:";
        (_settings[section + "Hash"], _settings[section + "User"], _settings[section + "Tenant"], _settings[section + "Roles"]) =
            (ApiKey.HashOf(key), user, tenant, "start,view");
        return key;
    }

    /// <summary>The hash is also in the metadata.</summary>
    private async Task<string> RunAsync(string key, string agent, string input)
    {
        var start = JsonSerializer.Serialize(new { agent, input, metadata = new { hash = Hash, nested = $$"""{"ref":"{{Hash}}"}""" } });
        var (status, view) = await SendAsync(key, HttpMethod.Post, "/v1/runs", start);
        Assert.Equal(200, status);
        return JsonDocument.Parse(view).RootElement.GetProperty("id").GetString()!;
    }

    private Task<(int Status, string Body)> ReadAsync(string key, string run, string hash) =>
        SendAsync(key, HttpMethod.Get, $"/v1/runs/{run}/bodies/{hash}");

    private async Task<(int Status, string Body)> SendAsync(string key, HttpMethod method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = json is null ? null : new StringContent(json, MediaTypeHeaderValue.Parse("application/json"));
        request.Headers.Authorization = new("Bearer", key);
        request.Headers.Add("Prefer", "wait=30");
        using var response = await _gateway.Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
