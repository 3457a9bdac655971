using System.ComponentModel;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Core.Memory;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;

namespace OrleansAgents.Grains.Memory;

/// <summary>Fetches what a request only has facts of. It reads the calling run and the turns of its thread, and nothing else.</summary>
internal sealed class RecallTool(IJournal journal)
{
    /// <summary>In bytes: what is fetched takes its place in a window that was full.</summary>
    private const int OutputCap = 16 * 1024;

    public ToolRegistration Registration => new(ShowAsync, Recall.Name)
    {
        Description = Recall.Tool.Description,
        Effect = Recall.Tool.Effect,
        TimeoutSeconds = Recall.Tool.TimeoutSeconds,
        Retries = Recall.Tool.Retries,
        OutputCap = OutputCap,
    };

    private async Task<string> ShowAsync([Description("As the kept facts show it.")] string id, ToolCall call)
    {
        var (turn, callId) = Recall.Parse(id);
        var run = turn is { } number ? await RunOfAsync(call.RunId, number) : call.RunId;
        return (run is null ? null : await ResultAsync(run, callId))
            ?? throw new ToolException($"There is no result '{id}'. Ids are those in brackets after a tool's name, like call_1_1 or 2.call_1_1.");
    }

    private async Task<string?> RunOfAsync(string runId, int turn)
    {
        if ((await journal.FindAsync(runId))?.Header.ThreadId is { } thread)
        {
            await foreach (var row in journal.ReadAllAsync(thread, 0))
            {
                if (row.Decode() is TurnAccepted accepted && accepted.Turn == turn)
                {
                    return accepted.RunId;
                }
            }
        }

        return null;
    }

    private async Task<string?> ResultAsync(string runId, string callId)
    {
        try
        {
            await foreach (var row in journal.ReadAllAsync(runId, 0))
            {
                if (row.Decode() is ToolCompleted result && result.CallId == callId)
                {
                    return await Bodies.LoadAsync(journal, runId, result.Result);
                }
            }
        }
        catch (JournalDeletedException)
        {
            // Forgotten means forgotten.
        }

        return null;
    }
}
