using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Host.Tests;

/// <summary>The README's first screen, typed literally in a clean clone: one command, a question, kill -9, the command again.</summary>
public sealed class ReadmeTests : IDisposable
{
    private const string Ready = "OrleansAgents is ready at ";
    private static readonly TimeSpan Build = TimeSpan.FromMinutes(5);
    private readonly TempFolder _folder = new();
    private readonly HttpClient _client = new();

    private string Clone => _folder.File("clone");

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task One_command_a_question_kill_9_the_command_again_and_the_answer_quotes_its_sources()
    {
        await RunAsync("git", "clone", "-q", Repository.Root, Clone);
        var command = Commands()[0];
        Assert.Equal("dotnet run --project src/Standalone", command);

        using var first = await StartAsync(command);
        var (run, last) = await AskAsync();
        await KillAsync(first);

        using var second = await StartAsync(command);
        var events = await ReadOnAsync(run, last);
        await KillAsync(second);

        Assert.Equal(Enumerable.Range(1, events.Count).Select(n => (long)n), events.Select(e => e.GetProperty("seq").GetInt64()));
        var answered = events.Where(e => Type(e) == "model.completed").Select(e => e.GetProperty("data").GetProperty("step").GetInt32());
        Assert.Distinct(answered);
        Assert.Contains(events, e => Type(e) == "model.failed");
        Assert.Equal("run.completed", Type(events[^1]));
        var output = events[^1].GetProperty("data").GetProperty("output").GetString()!;
        Assert.Contains("> ", output);
        Assert.Matches("— (README\\.md|docs/)", output);
    }

    private static string Type(JsonElement e) => e.GetProperty("type").GetString()!;

    /// <summary>Reads some of the final answer, and gives the run and the cursor.</summary>
    private async Task<(string Run, string Cursor)> AskAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://127.0.0.1:5080/v1/runs")
        {
            Content = JsonContent.Create(new { agent = "docs", input = "What happens to a tool call when the process dies?", stream = true }),
        };
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var (cursor, deltas) = ("", 0);
        while (await reader.ReadLineAsync() is { } line)
        {
            cursor = line.StartsWith("id: ", StringComparison.Ordinal) ? line[4..] : cursor;
            if (line == "event: model.delta" && ++deltas == 10)
            {
                return (response.Headers.Location!.ToString(), cursor);
            }
        }

        throw new InvalidOperationException("The stream ended before ten pieces of the answer.");
    }

    /// <summary>Follows the run to its end from the cursor; then gives every durable event of it.</summary>
    private async Task<List<JsonElement>> ReadOnAsync(string run, string cursor)
    {
        var events = new Uri(new Uri("http://127.0.0.1:5080"), $"{run}/events");
        using var request = new HttpRequestMessage(HttpMethod.Get, events);
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.Add("Last-Event-ID", cursor);
        using var response = await _client.SendAsync(request);
        Assert.Contains("event: run.completed", await response.Content.ReadAsStringAsync());
        var page = await _client.GetFromJsonAsync<JsonElement>($"{events}?limit=500");
        return [.. page.GetProperty("items").EnumerateArray()];
    }

    private async Task<Process> StartAsync(string command)
    {
        var start = new ProcessStartInfo("bash", ["-c", command]) { WorkingDirectory = Clone, RedirectStandardOutput = true };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        var process = Process.Start(start)!;
        var said = new List<string>();
        try
        {
            await UntilReadyAsync(process, said).WaitAsync(Build);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited {Build.TotalMinutes} minutes for the ready line. It said: {string.Join('\n', said)}");
        }

        return process;
    }

    private static async Task UntilReadyAsync(Process process, List<string> said)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            said.Add(line);
            if (line.StartsWith(Ready, StringComparison.Ordinal))
            {
                Assert.StartsWith(Ready + "http://127.0.0.1:5080", Assert.Single(said));

                // What it says later is read too, or a full pipe would stop it.
                _ = process.StandardOutput.ReadToEndAsync();
                return;
            }
        }

        throw new InvalidOperationException($"The command ended before it was ready: {string.Join('\n', said)}");
    }

    /// <summary>kill -9 of the service, whose id stands beside its file; the command that started it ends with it.</summary>
    private async Task KillAsync(Process command)
    {
        var id = await File.ReadAllTextAsync(Path.Combine(Clone, "data", "agents.db.lock.pid"));
        using var service = Process.GetProcessById(int.Parse(id, CultureInfo.InvariantCulture));
        service.Kill();
        await command.WaitForExitAsync();
    }

    /// <summary>The lines of the README's shell blocks.</summary>
    private List<string> Commands() =>
        [.. File.ReadAllText(Path.Combine(Clone, "README.md")).Split("```sh\n").Skip(1).Select(b => b[..b.IndexOf("\n```", StringComparison.Ordinal)])];

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
