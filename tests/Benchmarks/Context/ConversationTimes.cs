using System.Diagnostics;
using System.Text.Json;
using OrleansAgents.Core.Memory;
using OrleansAgents.Core.Requests;
using OrleansAgents.Events;

namespace OrleansAgents.Benchmarks.Context;

/// <summary>A conversation that goes on: what the next turn is told of it, in tokens and in time.</summary>
internal static class ConversationTimes
{
    private const int Budget = AgentDefinition.DefaultWindowTokens / 2;
    private static readonly int[] Stops = [10, 50, 100, 500, 1_000, 5_000, 10_000];

    public static void Print()
    {
        var (random, transcript, whole) = (new Random(1), new Transcript(), 0L);
        foreach (var stop in Stops)
        {
            while (transcript.Turns.Count < stop)
            {
                var turn = Next(transcript.Turns.Count + 1, random);
                whole += turn.Tokens;
                transcript.Add(turn);
            }

            // Until the compiler has settled; and what a thousand turns added at once left behind is not what a turn pays for.
            for (var i = 0; i < 300; i++)
            {
                transcript.Assemble(Words(random, 8), Budget);
            }

            GC.Collect();
            var (times, tokens) = (new List<double>(), new List<long>());
            for (var i = 0; i < 200; i++)
            {
                var (question, began) = (Words(random, 8), Stopwatch.GetTimestamp());
                tokens.Add(transcript.Assemble(question, Budget).Manifest!.Tokens);
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            times.Sort();
            Bench.Print("context: what the next turn is told", new
            {
                turns = stop,
                budget = Budget,
                tokens = (long)tokens.Average(),
                tokensOfEverything = whole,
                p50Ms = Math.Round(Bench.Percentile(times, 0.5), 3),
                p95Ms = Math.Round(Bench.Percentile(times, 0.95), 3),
            });
        }
    }

    public static Turn Next(int number, Random random, int answer = 80) => new(number, $"run_{number}", DateTimeOffset.UnixEpoch.AddHours(number), [
        new UserMessage(Words(random, 20)),
        new AssistantMessage([], [new("call_1_1", "p", "look", JsonElement.Parse("{}"u8), null)]),
        new ToolMessage("call_1_1", "p", $$"""{"order":"A-{{random.Next(100_000)}}","lines":[{"sku":"S{{random.Next(1_000)}}","count":{{random.Next(10, 90)}}}]}""", false),
        new AssistantMessage([new TextPart(Words(random, answer))], [])]);

    /// <summary>Few words are said often and many seldom, as people do.</summary>
    public static string Words(Random random, int count) =>
        string.Join(' ', Enumerable.Range(0, count).Select(_ => $"word{(int)Math.Pow(20_000, random.NextDouble())}"));
}
