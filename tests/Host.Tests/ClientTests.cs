using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using OrleansAgents.Testing;
using OrleansAgents.Testing.Viewers;
using Xunit;

namespace OrleansAgents.Host.Tests;

/// <summary>The clients that others write, against the program as it is delivered.</summary>
public sealed class ClientTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Audience _audience = new(5);
    private readonly TempFolder _folder = new();
    private ModelServer _models = null!;
    private ServiceProgram _service = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync(r => r.Number == 1
            ? _audience.Paced(1, 1, "Let me ", "look.").Call("search_documents", """{"query":"a run"}""").Finish("tool_calls")
            : _audience.Paced(3, 1, "Hé ", "😀 \"so\"", " it <is>").Finish("stop"));
        _service = await ServiceProgram.StandaloneAsync(_folder.File("agents.db"), new Dictionary<string, string>
        {
            ["Models__default__Provider"] = "openai",
            ["Models__default__Endpoint"] = _models.Endpoint.ToString(),
            ["Models__default__Model"] = "scripted",
            ["Models__default__ApiKey"] = "test-key",
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Signalr_in_node_and_dotnet_an_event_source_and_curl_are_told_the_same_at_once()
    {
        using var started = await _service.Client.PostAsJsonAsync("/v1/runs", new { agent = "docs", input = "What is a run?" });
        var run = (await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        var service = _service.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        var told = await Task.WhenAll(
            CollectAsync(Watches.Sse(new(service), run, null, CancellationToken.None)),
            CollectAsync(Watches.Hub(new(service), run, null, CancellationToken.None)),
            CollectAsync(Lines("node", Clients("watch.mjs"), "signalr", service, run)),
            CollectAsync(Lines("node", Clients("watch.mjs"), "eventsource", service, run)),
            CollectAsync(Curl("-sN", $"{service}/v1/runs/{run}/events", "-H", "Accept: text/event-stream")));

        Assert.Contains(told[0], e => e.Contains("run.completed", StringComparison.Ordinal));
        Assert.Equal(5, told[0].Count(e => e.Contains("model.delta", StringComparison.Ordinal)));
        Assert.All(told, t => Assert.Equal(told[0], t));
    }

    private async Task<List<string>> CollectAsync(IAsyncEnumerable<Told> stream)
    {
        var all = new List<string>();
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var told in stream.WithCancellation(patience.Token))
        {
            _audience.Heard(told);
            all.Add($"{told.Cursor} {JsonSerializer.Serialize(told.Event)}");
        }

        return all;
    }

    private static async IAsyncEnumerable<Told> Lines(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            var told = JsonDocument.Parse(line).RootElement;
            yield return new(told.GetProperty("cursor").GetString()!, told.GetProperty("event"));
        }

        await EndedAsync(process);
    }

    private static async IAsyncEnumerable<Told> Curl(params string[] arguments)
    {
        using var process = Start("curl", arguments);
        using var reader = new SseReader(new(), process.StandardOutput);
        while (await reader.NextAsync().WaitAsync(Patience) is { } e)
        {
            yield return new(e.Id!, e.Json);
        }

        await EndedAsync(process);
    }

    private static string Clients(string file) => Path.Combine(Repository.Root, "tests", "Host.Tests", "Clients", file);

    private static Process Start(string program, string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;

    private static async Task EndedAsync(Process process)
    {
        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(0, process.ExitCode);
    }
}
