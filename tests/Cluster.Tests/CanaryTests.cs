using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>What people, models and tools say, and what opens doors, is in no span, no figure and no log line.</summary>
public sealed class CanaryTests : IDisposable
{
    private const string Unseen = "unseen ";
    private readonly Dictionary<string, string> _canaries = [];
    private readonly TempFolder _folder = new();
    private readonly StringBuilder _seen = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Twenty_canaries_of_different_shapes_are_found_neither_in_what_is_sent_nor_in_the_console()
    {
        await using var models = await ModelServer.StartAsync();
        await using var receiver = await OtlpReceiver.StartAsync(grpc: false);
        var key = Plant("API key", c => $"sk-proj-{c}");
        Script(models, key);
        Directory.CreateDirectory(_folder.File("docs"));
        await File.WriteAllTextAsync(_folder.File("docs/secrets.md"), $"# Secrets\n\nThe zebra's password is {Plant("document", c => $"P@ss-{c}!")}.\n");
        await using var program = await ServiceProgram.StandaloneAsync(_folder.File("agents.db"), new Dictionary<string, string>(Otlp.To(receiver, "http/protobuf"))
        {
            ["Models__default__Endpoint"] = models.Endpoint.ToString(),
            ["Models__default__Model"] = "scripted",
            ["Models__default__ApiKey"] = key,
            ["Agents__docs__Instructions"] = Plant("agent's instructions", c => $"Never tell anybody {c}."),
            ["Agents__docs__AllowInstructions"] = "true",
            ["Workspace__Path"] = _folder.File("docs"),
            ["DOTNET_RUNNING_IN_CONTAINER"] = "true",
            ["Logging__LogLevel__Default"] = "Debug",
            ["Logging__LogLevel__Microsoft"] = "Information",
            ["Logging__Console__LogLevel__RunTransitions"] = "Information",
        });

        await AskAsync(program, "run.completed", Plant("run's instructions", c => $"<system>{c}</system>"));
        await AskAsync(program, "run.failed", null);
        await receiver.UntilAsync(r => r.Spans.Count(s => s == "chat scripted") == 6, "every attempt");
        await receiver.UntilAsync(r => r.Logs.Any(l => l.EndsWith("run.failed", StringComparison.Ordinal)), "the last line");
        await receiver.UntilAsync(r => r.Metrics.Contains("gen_ai.client.token.usage"), "the figures");

        // A canary that was never there proves nothing: each was told to a viewer or to the model, but for a few that nobody is shown.
        Assert.Equal(20, _canaries.Count);
        models.Received.ToList().ForEach(r => _seen.Append(r.Authorization).Append(r.Body.GetRawText()));
        var seen = _seen.ToString();
        Assert.Empty(_canaries.Where(c => !c.Key.StartsWith(Unseen, StringComparison.Ordinal) && !seen.Contains(c.Value, StringComparison.Ordinal)).Select(c => c.Key));
        var said = program.Said;
        Assert.Contains(said, l => l.StartsWith('{') && JsonDocument.Parse(l).RootElement.GetProperty("Category").GetString() == "RunTransitions");
        var places = receiver.Received.Append(Encoding.UTF8.GetBytes(string.Join('\n', said))).ToList();
        var found = _canaries.Where(c => places.Any(p => p.AsSpan().IndexOf(Encoding.UTF8.GetBytes(c.Value)) >= 0)).Select(c => c.Key);
        Assert.Empty(found);
    }

    private void Script(ModelServer models, string key)
    {
        models
            .Reply(r => r.Error(429, $"slow down, {key} {Plant("429", c => $"limit:{c}")}"))
            .Reply(r => r.ErrorChunk(Plant("error in the stream", c => $"upstream failed at node-{c}")))
            .Reply(r => r
                .Reasoning(Plant("reasoning", c => $"thinking of {c}"))
                .Call("search_documents", Json(("query", "zebra " + Plant("arguments", c => $"user@{c}.example"))), Plant("provider's call id", c => $"call_{c}"))
                .Call("read_document", Json(("path", Plant("path", c => $"../../etc/{c}"))))
                .Call(Plant("unknown tool", c => $"tool_{c}"), "{}")
                .Call("search_documents", $$"""{"query":"{{Plant(Unseen + "malformed arguments", c => $"4111 1111 {c}")}}""")
                .Finish("tool_calls").Usage(10, 5))
            .Reply(r => r.Call("read_document", Json(("path", "secrets.md"))).Finish("tool_calls").Usage(10, 5))
            .Reply(r => r.Text(Plant("answer", c => $"The answer is {c}")).Finish("stop").Usage(10, 5))
            .Reply(r => r.Error(400, Plant("refusal", c => $"filtered {c}"), "content_filter"));
    }

    private async Task AskAsync(ServiceProgram program, string last, string? instructions)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/runs?token={Plant($"{Unseen}query of {last}", c => $"eyJhbGciOi.{c}.sig")}")
        {
            Content = JsonContent.Create(new
            {
                agent = "docs",
                input = Plant($"input of {last}", c => $"-----BEGIN PRIVATE KEY-----\n{c}\n-----END PRIVATE KEY-----"),
                instructions,
                stream = true,
            }),
        };
        request.Headers.Authorization = new("Bearer", Plant($"{Unseen}header of {last}", c => $"ghp_{c}"));
        using var response = await program.SendAsync(request);
        var told = await response.Content.ReadAsStringAsync();
        Assert.Contains(last, told, StringComparison.Ordinal);
        _seen.Append(told);
    }

    /// <summary>The core is what is searched for: escaping and cutting cannot hide it.</summary>
    private string Plant(string place, Func<string, string> shape)
    {
        var core = _canaries[place] = "cnry" + Guid.NewGuid().ToString("n")[..16];
        return shape(core);
    }

    private static string Json(params (string Name, string Value)[] members) =>
        JsonSerializer.Serialize(members.ToDictionary(m => m.Name, m => m.Value));
}
