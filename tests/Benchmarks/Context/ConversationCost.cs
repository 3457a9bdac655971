using OrleansAgents.Core.Memory;
using OrleansAgents.Core.Memory.Compression;
using OrleansAgents.Core.Requests;

namespace OrleansAgents.Benchmarks.Context;

/// <summary><c>conversation</c>: what the model is sent over a thousand turns, told whole, assembled, and assembled after compression.</summary>
internal static class ConversationCost
{
    private const int Turns = 1_000, Budget = AgentDefinition.DefaultWindowTokens / 2, Chunk = 3_000, SummaryTokens = 300;

    /// <summary>US dollars for a million tokens of a middling model; a figure of proportion, not of any provider.</summary>
    private static readonly Price Price = new(2.50m, 1.25m, 10m);
    private static readonly int[] Stops = [10, 50, 100, 200, 500, 1_000];

    public static void Print()
    {
        Print(answer: 80);
        Print(answer: 200);
    }

    /// <param name="answer">Words of an answer.</param>
    private static void Print(int answer)
    {
        var (random, transcript, memory) = (new Random(1), new Transcript(), MemoryState.Empty);
        var (whole, assembled, compressed, summaries) = (0L, 0L, 0L, 0L);
        for (var number = 1; number <= Turns; number++)
        {
            var question = ConversationTimes.Words(random, 20);
            var told = transcript.Assemble(question, Budget).Manifest!.Tokens;
            while (transcript.Tokens > Budget && Compaction.Due(memory, transcript.Turns, Chunk, Chunk / 2, default) is { } due)
            {
                // A model's words, as many as it is asked for: the record is read and the summary written once.
                var compressor = new Compressor(transcript, due);
                summaries += Tokens.Of(compressor.Record()) + SummaryTokens;
                memory = MemoryState.Evolve(memory, compressor.Written(memory.Version + 1, "model", ConversationTimes.Words(random, SummaryTokens / 2), null, new()), default);
            }

            var withSummaries = transcript.Assemble(question, Budget, memory).Manifest!.Tokens;
            (whole, assembled, compressed) = (whole + transcript.Tokens, assembled + told, compressed + withSummaries);
            if (Stops.Contains(number))
            {
                Bench.Print("conversation: input tokens of a turn", new
                {
                    answer,
                    turn = number,
                    whole = transcript.Tokens,
                    assembled = told,
                    compressed = withSummaries,
                    costSoFar = new { whole = Dollars(whole), assembled = Dollars(assembled), compressed = Dollars(compressed + summaries) },
                    memory.Version,
                });
            }

            transcript.Add(ConversationTimes.Next(number, random, answer));
        }
    }

    private static decimal Dollars(long inputTokens) => Math.Round(Price.AtMost(inputTokens, 0), 2);
}
