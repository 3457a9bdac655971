using System.Collections.Concurrent;
using System.Globalization;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Events;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>Runs whose first answer is changed by chance, by the run's seed: each comes to an end, and no at-most-once tool is called that was not asked for, or twice.</summary>
public sealed class WireFuzzRunTests
{
    private const int Together = 64;

    /// <summary>How many runs; set <c>WIRE_FUZZ_RUNS</c> for more than the everyday number.</summary>
    private static readonly int Runs = int.TryParse(Environment.GetEnvironmentVariable("WIRE_FUZZ_RUNS"), out var runs) ? runs : 50;

    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _called = new();

    /// <summary>Inputs of runs that have had their first answer.</summary>
    private readonly ConcurrentDictionary<string, bool> _asked = new();

    [Theory]
    [InlineData("chat")]
    [InlineData("responses")]
    public async Task Every_run_ends_and_calls_what_it_was_asked_to_once(string api)
    {
        await using var models = await ModelServer.StartAsync(r => r.Turn > 0 || Again(r) ? new Reply().Text("Done.").Finish("stop") : First(api, r));
        using var folder = new TempFolder();
        await using var journal = new SqliteJournal(folder.File("agents.db"));
        var settings = TestSilo.ModelAt(models);
        settings["Models:default:Api"] = api;
        settings["Models:default:MaxConcurrent"] = $"{Together}";
        await using var silo = await TestSilo.StartAsync(journal, settings, s => s
            .AddTool(new ToolRegistration(Find, "find") { Effect = ToolEffect.AtMostOnce })
            .AddAgent(new AgentDeclaration("finder", "Finds.", "Find.", ["find"])));

        await Parallel.ForEachAsync(Enumerable.Range(0, Runs), new ParallelOptions { MaxDegreeOfParallelism = Together }, async (seed, _) =>
        {
            var run = await silo.StartRunAsync("finder", seed.ToString(CultureInfo.InvariantCulture));
            var view = await silo.UntilAsync(run, v => v.EndedAt is not null || v.Status == RunStatus.Paused, $"to an end, seed {seed}");
            var events = (await silo.EventsAsync(run)).Select(e => e.Decode()).ToList();
            var asked = events.OfType<ModelCompleted>().SelectMany(m => m.ToolCalls).Count(c => c.Invalid is null);
            var called = _called.TryGetValue(run, out var words) ? words.ToList() : [];

            Assert.True(called.Count == asked && called.Count == called.Distinct().Count(), $"Seed {seed}: asked for {asked}, called {string.Join(", ", called)}.");
            Assert.True(view.Status == RunStatus.Completed || view.Error is not null || view.Why is not null, $"Seed {seed}: {view.Status} without a word.");
            if (IsRepeated(seed))
            {
                Assert.True(view.Status == RunStatus.Completed && called.All(RecordedStreams.Words.Contains), $"Seed {seed}: {view.Status}, called {string.Join(", ", called)}.");
            }
        });
    }

    /// <summary>Half of the streams say true things twice, the others say anything.</summary>
    private static bool IsRepeated(int seed) => seed % 2 == 0;

    private bool Again(ReceivedRequest request) => !_asked.TryAdd(request.Input, true);

    private static Reply First(string api, ReceivedRequest request)
    {
        var seed = int.Parse(request.Input, CultureInfo.InvariantCulture);
        var random = new Random(seed);
        var streams = api == "chat" ? RecordedStreams.Chat : RecordedStreams.Responses;
        var events = streams[random.Next(streams.Length)].ToList();
        if (!IsRepeated(seed))
        {
            return new Reply().Bytes(RecordedStreams.Spoilt(events, random));
        }

        for (var changes = random.Next(4); changes > 0; changes--)
        {
            RecordedStreams.Repeat(events, random, isChat: api == "chat");
        }

        return new Reply().Bytes(RecordedStreams.Body(events, random));
    }

    private string Find(ToolCall call, string word)
    {
        _called.GetOrAdd(call.RunId, _ => new()).Enqueue(word);
        return "found";
    }
}
