using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OrleansAgents.Testing;

namespace OrleansAgents.Benchmarks;

/// <summary>CPU of the whole service for a durable step: runs over HTTP, answers over the model's wire. Model and clients are in this process.</summary>
internal static class WholeBenchmark
{
    private const int Starts = 3;
    private const int Passes = 9;
    private const int AtOnce = 32;
    private const int Runs = 500;
    private const int WarmPasses = 6;
    private const int ProfiledRuns = 3_000;
    private const string Document = "steps.md";

    // The script of a run: two answers that ask for a tool, then the last one. Each has 20 chunks.
    private static readonly Reply[] Script = [Asks(1), Asks(11), new Reply().Text(Words(18)).Finish("stop").Usage(900, 20)];

    public static async Task RunAsync(IReadOnlyList<Checkout> builds)
    {
        await Interleaved.RunAsync("whole", "cpuMicrosPerStep", builds, Starts, Passes, build => StartAsync(build), stand => MeasureAsync(stand, Runs));
        if (CpuProfile.IsPossible)
        {
            await using var stand = await StartAsync(builds[^1], CpuProfile.Settings);
            var micros = 0.0;
            var profile = await CpuProfile.TakeAsync(stand.Service.ProcessId, async () => micros = await MeasureAsync(stand, ProfiledRuns));
            profile.Print($"whole, {builds[^1].Name}", micros, "step");
        }
    }

    /// <summary>A service that has done the same often enough for its compiler to have settled.</summary>
    private static async Task<Stand> StartAsync(Checkout build, IReadOnlyDictionary<string, string>? further = null)
    {
        var folder = new TempFolder();
        await File.WriteAllLinesAsync(folder.File(Document), Enumerable.Range(1, 20).Select(n => $"{n}. Every step is durable before the next."));
        var models = await ModelServer.StartAsync(request => Script[request.Turn]);
        var settings = TestSilo.ModelAt(models).ToDictionary(s => s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value!);
        settings["Workspace__Path"] = folder.File(Document);
        settings["Limits__RequestsPerSecond"] = "100000";
        foreach (var (name, value) in further ?? new Dictionary<string, string>())
        {
            settings[name] = value;
        }

        var stand = new Stand(folder, models, await ServiceProgram.ProgramAsync(build.Standalone, folder.File("agents.db"), settings));
        for (var pass = 0; pass < WarmPasses; pass++)
        {
            await MeasureAsync(stand, Runs);
        }

        return stand;
    }

    /// <returns>Microseconds of CPU for a step.</returns>
    private static async Task<double> MeasureAsync(Stand stand, int runs)
    {
        await Interleaved.QuietAsync(stand.Service);
        var before = stand.Service.Cpu;
        var steps = await RunAsync(stand.Service, runs);
        return (stand.Service.Cpu - before).TotalMicroseconds / steps;
    }

    /// <returns>The durable steps of these runs, by their own count.</returns>
    private static async Task<int> RunAsync(ServiceProgram service, int runs)
    {
        var (left, steps) = (runs, 0);
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                Interlocked.Add(ref steps, await RunAsync(service));
            }
        }));
        return steps;
    }

    private static async Task<int> RunAsync(ServiceProgram service)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/runs") { Content = JsonContent.Create(new { agent = "docs", input = "Read twice." }) };
        request.Headers.Add("Prefer", "wait=60");
        using var response = await service.SendAsync(request);
        var run = await response.Content.ReadFromJsonAsync<JsonElement>();
        return response.StatusCode == HttpStatusCode.OK && run.GetProperty("status").GetString() == "completed"
            ? run.GetProperty("step").GetInt32()
            : throw new InvalidOperationException($"A run has not completed: {run}");
    }

    private static Reply Asks(int line) => new Reply().Text(Words(16))
        .Call("read_document", JsonSerializer.Serialize(new { path = Document, startLine = line, lines = 10 }), pieceLength: 100)
        .Finish("tool_calls").Usage(600, 20);

    private static string[] Words(int count) => [.. Enumerable.Range(1, count).Select(n => $"word{n} ")];

    private sealed record Stand(TempFolder Folder, ModelServer Models, ServiceProgram Service) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Service.DisposeAsync();
            await Models.DisposeAsync();
            Folder.Dispose();
        }
    }
}
