using System.Text.Json;
using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Runs;

namespace OrleansAgents.Testing;

/// <summary>All that was seen of some runs, from every side.</summary>
/// <param name="Effects">What each tool really does, whatever the engine was told.</param>
internal sealed record History(
    IReadOnlyList<RunRecord> Runs, IReadOnlyList<ClientLine> Client, IReadOnlyList<ToolLine> Tools, IReadOnlyList<ModelLine> Models,
    IReadOnlyDictionary<string, ToolEffect> Effects);

/// <summary>A run as its journal has it.</summary>
/// <param name="View">The view that was served, as JSON.</param>
/// <param name="Commands">Those of the client's commands that the journal knows.</param>
internal sealed record RunRecord(
    string Id, IReadOnlyList<JournalEvent> Events, string View, IReadOnlyList<RecordedCommand> Commands);

/// <summary>A command that was acknowledged to the client.</summary>
internal sealed record ClientLine(string Run, string Op, string CommandId, string Status, long Seq);

/// <summary>An effect, written down by the tool at the instant when it had it.</summary>
internal sealed record ToolLine(
    string Run, string CallId, int Attempt, string Key, string Tool, string Result, DateTimeOffset At);

/// <summary>A request that reached the model, and what it answered.</summary>
/// <param name="Turn">How many answers the request already held: the run's n-th model step, from 0.</param>
internal sealed record ModelLine(string Run, int Turn, string Answer, DateTimeOffset At);

/// <summary>One JSON line for each effect, in a file of each process: appends of two processes to one file overwrite each other.</summary>
internal static class ToolLog
{
    public static void Append(string folder, ToolLine line) =>
        File.AppendAllText(Path.Combine(folder, $"tools.{Environment.ProcessId}.log"), JsonSerializer.Serialize(line) + "\n");

    /// <summary>The effects of all processes, oldest first. A line without its end was cut by a kill while its effect was being had: there is none.</summary>
    public static IReadOnlyList<ToolLine> Read(string folder) =>
    [
        .. (from file in Directory.EnumerateFiles(folder, "tools.*.log")
            from line in File.ReadAllText(file).Split('\n')[..^1]
            select JsonSerializer.Deserialize<ToolLine>(line)).OrderBy(l => l.At),
    ];
}
