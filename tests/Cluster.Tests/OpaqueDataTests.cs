using System.Net.Http.Json;
using System.Text.Json;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>Servers that refuse a request without what they gave with an earlier answer; the service as a process, and killed.</summary>
public sealed class OpaqueDataTests
{
    [Theory]
    [InlineData("deepseek")]
    [InlineData("gemini")]
    [InlineData("openrouter")]
    [InlineData("openai")]
    public async Task They_get_it_back_over_a_kill_and_another_model_gets_none_of_it(string kind)
    {
        var provider = new OpaqueProvider(kind);
        await using var models = await ModelServer.StartAsync(provider.Answer);
        await using var other = await ModelServer.StartAsync(_ => new Reply().Text("I am another.").Finish("stop"));
        using var folder = new TempFolder();
        await using var service = await ServiceProgram.StandaloneAsync(folder.File("agents.db"), new Dictionary<string, string>
        {
            ["Models__default__Endpoint"] = models.Endpoint.ToString(),
            ["Models__default__Model"] = "first",
            ["Models__default__Api"] = provider.Api,
            ["Models__other__Endpoint"] = other.Endpoint.ToString(),
            ["Models__other__Model"] = "second",
            ["Agents__docs__AllowModels__0"] = "other",
        });

        var run = await StartAsync(service, "find it", "default");
        await provider.Held.WaitAsync(TimeSpan.FromSeconds(30));
        await service.KillAndStartAgainAsync();
        await CompletedAsync(service, run);
        Assert.Equal(OpaqueProvider.Calls + 2, models.Received.Count);

        await CompletedAsync(service, await StartAsync(service, "and now?", "other"));
        var sent = Assert.Single(other.Received).Body.GetRawText();
        Assert.All(OpaqueProvider.Members, member => Assert.DoesNotContain(member, sent, StringComparison.Ordinal));

        // And with the next question to the first one, all of it is there again.
        await CompletedAsync(service, await StartAsync(service, "and again?", "default"));
        Assert.Equal(OpaqueProvider.Calls + 3, models.Received.Count);
    }

    private static async Task<string> StartAsync(ServiceProgram service, string input, string model)
    {
        using var started = await service.Client.PostAsJsonAsync("/v1/runs", new { threadId = "thr_of_one_conversation", input, agent = "docs", model });
        var view = await started.Content.ReadFromJsonAsync<JsonElement>();
        return started.IsSuccessStatusCode ? view.GetProperty("id").GetString()! : throw new InvalidOperationException(view.GetRawText());
    }

    private static async Task CompletedAsync(ServiceProgram service, string run)
    {
        using var events = await SseReader.OpenAsync(service.Client, $"/v1/runs/{run}/events");
        _ = await events.TextAsync().WaitAsync(TimeSpan.FromSeconds(60));
        var view = await service.Client.GetFromJsonAsync<JsonElement>($"/v1/runs/{run}");
        Assert.True(view.GetProperty("status").GetString() == "completed", view.GetRawText());
    }
}
