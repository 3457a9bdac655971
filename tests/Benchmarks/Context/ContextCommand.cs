using System.Text.Json;

namespace OrleansAgents.Benchmarks.Context;

/// <summary><c>context</c>: how long retrieval and assembling take; or, with data, the contexts that it assembles, for a scorer to judge.</summary>
internal static class ContextCommand
{
    public const string Usage = "Usage: context [--data FILE --out FILE [--compressed]]";

    public static int Run(string[] args)
    {
        if (args is [])
        {
            RetrievalTimes.Print();
            ConversationTimes.Print();
            return 0;
        }

        if (args is not ["--data", var data, "--out", var output, .. var rest] || rest is not ([] or ["--compressed"]))
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        using var samples = JsonDocument.Parse(File.ReadAllBytes(data));
        if (LinesOf(samples.RootElement, rest is not []) is not { } lines)
        {
            Console.Error.WriteLine($"{data} has no format that is known here: a list of objects with 'conversation' and 'qa', or with 'traj', is.");
            return 2;
        }

        File.WriteAllLines(output, lines);
        return 0;
    }

    /// <summary>Each format of data has its own writer.</summary>
    private static IEnumerable<string>? LinesOf(JsonElement samples, bool compressed) =>
        samples.ValueKind != JsonValueKind.Array || samples.GetArrayLength() == 0 ? null
        : samples[0].TryGetProperty("conversation", out _) ? LocomoContexts.Lines(samples, compressed)
        : samples[0].TryGetProperty("traj", out _) ? TauContexts.Lines(samples)
        : null;
}
