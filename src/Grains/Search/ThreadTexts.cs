using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Journal.Search;

namespace OrleansAgents.Grains.Search;

/// <summary>Reads what the index has to know of a thread.</summary>
internal static class ThreadTexts
{
    /// <summary>A longer text is found by its beginning.</summary>
    private const int MostIndexed = 64 * 1024;

    /// <summary>The title, and the turns that began or ended behind a place in the thread. Of a turn at work only the question is known.</summary>
    public static async Task<IndexedThread> ReadAsync(IJournal journal, JournalHeader thread, long after)
    {
        var turns = new SortedDictionary<int, IndexedTurn>();
        await foreach (var row in journal.ReadAllAsync(thread.Id, after, thread.Head))
        {
            if (row.Type == "turn.accepted" && row.Decode() is TurnAccepted begun)
            {
                turns[begun.Turn] = new(begun.Turn, begun.RunId, [await LoadAsync(journal, thread.Id, begun.Input)]);
            }
            else if (row.Type == "turn.ended" && row.Decode() is TurnEnded ended)
            {
                turns[ended.Turn] = new(ended.Turn, ended.RunId, await SaidAsync(journal, ended.RunId));
            }
        }

        return new(thread.Id, thread.Principal, thread.Summary, thread.Head, [.. turns.Values]);
    }

    private static async Task<List<string>> SaidAsync(IJournal journal, string runId)
    {
        var texts = new List<string>();
        try
        {
            await foreach (var said in RunText.SaidAsync(journal, runId))
            {
                texts.Add(await LoadAsync(journal, runId, said.Text));
            }

            return texts;
        }
        catch (JournalDeletedException)
        {
            return [];
        }
        catch (Exception e) when (e is JournalDamagedException or NewerBuildException)
        {
            // One run that cannot be read hides no other.
            return texts;
        }
    }

    private static async Task<string> LoadAsync(IJournal journal, string id, Text text)
    {
        var whole = await Bodies.LoadAsync(journal, id, text);
        return whole.Length <= MostIndexed ? whole : whole[..MostIndexed];
    }
}
