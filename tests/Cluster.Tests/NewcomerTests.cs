using System.Net.Http.Json;
using System.Text.Json;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>What somebody sees who starts the program for the first time, without any setting, and pulls the plug.</summary>
public sealed class NewcomerTests
{
    [Fact]
    public async Task An_answer_from_the_documents_survives_kill_9_and_is_read_on_without_a_gap()
    {
        using var folder = new TempFolder();
        await using var program = await ServiceProgram.StandaloneAsync(folder.File("agents.db"));
        var seen = new List<Frame>();
        var (run, cut) = await AskAsync(program, seen);
        await program.KillAndStartAgainAsync();
        await ReadOnAsync(program, run, seen);

        var durable = seen.Where(f => f.Seq is not null).ToList();
        Assert.Equal(Enumerable.Range(1, durable.Count).Select(n => (long)n), durable.Select(f => f.Seq!.Value));
        Assert.Equal("run.completed", durable[^1].Type);

        // The half answer was withdrawn by name; the whole one was told from its beginning.
        var withdrawn = Assert.Single(durable, f => f.Type == "model.failed");
        Assert.Equal((cut.Step, cut.Attempt), (withdrawn.Step, withdrawn.Attempt));
        var told = "";
        foreach (var delta in seen.Where(f => f.Type == "model.delta" && f.Step == cut.Step && f.Attempt > cut.Attempt))
        {
            Assert.Equal(told.Length, delta.Data.GetProperty("offset").GetInt32());
            told += delta.Data.GetProperty("text").GetString();
        }

        var answer = durable.Last(f => f.Type == "model.completed");
        var text = string.Concat(answer.Data.GetProperty("content").EnumerateArray().Select(p => p.GetProperty("text").GetString()));
        Assert.Equal(text, told);
        Assert.Equal(text, durable[^1].Data.GetProperty("output").GetString());
        QuotesItsSources(text);
    }

    /// <summary>Asks and reads until some of the final answer is there.</summary>
    private static async Task<(string Run, Frame Cut)> AskAsync(ServiceProgram program, List<Frame> seen)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/runs")
        {
            Content = JsonContent.Create(new { agent = "docs", input = "How does a run survive kill -9 of its process?", stream = true }),
        };
        using var response = await program.SendAsync(request);
        await foreach (var frame in Frame.ReadAsync(response))
        {
            seen.Add(frame);
            if (seen.Count(f => f.Type == "model.delta") == 10)
            {
                return (response.Headers.Location!.ToString(), frame);
            }
        }

        throw new InvalidOperationException($"The stream ended after {seen.Count} frames, before ten pieces of the answer.");
    }

    private static async Task ReadOnAsync(ServiceProgram program, string run, List<Frame> seen)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{run}/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.Add("Last-Event-ID", seen[^1].Id);
        using var response = await program.SendAsync(request);
        await foreach (var frame in Frame.ReadAsync(response))
        {
            seen.Add(frame);
        }
    }

    /// <summary>Each quote stands, word for word, in the file that is named under it.</summary>
    private static void QuotesItsSources(string text)
    {
        var quote = new List<string>();
        var sources = 0;
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("> ", StringComparison.Ordinal))
            {
                quote.Add(line[2..]);
            }
            else if (line.StartsWith("— ", StringComparison.Ordinal))
            {
                var file = line[2..line.LastIndexOf(", line ", StringComparison.Ordinal)];
                Assert.True(file == "README.md" || file.StartsWith("docs/", StringComparison.Ordinal), file);
                var source = File.ReadAllText(Path.Combine(Repository.Root, file));
                Assert.All(quote.Where(q => q.Length > 0), q => Assert.Contains(q, source, StringComparison.Ordinal));
                Assert.NotEmpty(quote);
                quote.Clear();
                sources++;
            }
        }

        Assert.True(sources > 0, $"No source is named in: {text}");
    }

    /// <summary>One server-sent event.</summary>
    private sealed record Frame(string Id, JsonElement Body)
    {
        public string Type => Body.GetProperty("type").GetString()!;

        public JsonElement Data => Body.GetProperty("data");

        public long? Seq => Body.TryGetProperty("seq", out var seq) ? seq.GetInt64() : null;

        public int Step => Data.GetProperty("step").GetInt32();

        public int Attempt => Data.GetProperty("attempt").GetInt32();

        public static async IAsyncEnumerable<Frame> ReadAsync(HttpResponseMessage response)
        {
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
            var id = "";
            while (await lines.ReadLineAsync() is { } line)
            {
                if (line.StartsWith("id: ", StringComparison.Ordinal))
                {
                    id = line[4..];
                }
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    yield return new(id, JsonSerializer.Deserialize<JsonElement>(line[6..]));
                }
            }
        }
    }
}
