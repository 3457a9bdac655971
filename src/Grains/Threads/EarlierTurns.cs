using System.Text.Json;
using OrleansAgents.Core;
using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Runs;

namespace OrleansAgents.Threads;

/// <summary>What was said in earlier turns, as messages that the next run's requests begin with.</summary>
internal static class EarlierTurns
{
    /// <summary>The newest whole turns that fit, oldest first, as the body that the run is pinned to; null when there are none.</summary>
    public static async Task<byte[]?> ReadAsync(IJournal journal, Principal principal, string threadId, long maxTokens)
    {
        var turns = new List<IReadOnlyList<RequestMessage>>();
        ListPosition? before = null;
        while (maxTokens > 0 && await journal.ListAsync(new(principal, threadId, null, null, before, 20)) is { Count: > 0 } page)
        {
            before = new(page[^1].CreatedAt, page[^1].Id);
            foreach (var run in page)
            {
                var messages = await MessagesAsync(journal, run.Id);
                maxTokens -= messages.Sum(TokensOf);
                if (maxTokens < 0)
                {
                    break;
                }

                turns.Add(messages);
            }
        }

        turns.Reverse();
        return turns.Count == 0 ? null : Encode([.. turns.SelectMany(t => t)]);
    }

    public static byte[] Encode(IReadOnlyList<RequestMessage> messages) =>
        JsonSerializer.SerializeToUtf8Bytes(messages, CoreJson.Relaxed.IReadOnlyListRequestMessage);

    public static IReadOnlyList<RequestMessage> Decode(byte[] body) =>
        JsonSerializer.Deserialize(body, CoreJson.Relaxed.IReadOnlyListRequestMessage) ?? [];

    private static async Task<IReadOnlyList<RequestMessage>> MessagesAsync(IJournal journal, string runId)
    {
        RequestWindow? window = null;
        var last = 0L;
        try
        {
            await foreach (var row in RunFold.ReadAllAsync(journal, runId, 0))
            {
                var e = await Bodies.WholeAsync(journal, runId, (RunEvent)row.Decode()!);
                window ??= new(AgentDefinition.None, "", await Bodies.LoadAsync(journal, runId, ((RunCreated)e).Input), []);
                window.Add(row.Seq, e);
                last = row.Seq;
            }
        }
        catch (Exception e) when (e is JournalDamagedException or JournalDeletedException)
        {
            // A turn that can no longer be read must not end the conversation.
            return [];
        }

        return window?.WholeGroups(last) ?? [];
    }

    private static long TokensOf(RequestMessage m) => m switch
    {
        UserMessage u => Tokens.Of(u.Text),
        AssistantMessage a => a.Content.Sum(p => Tokens.Of(p.Value)) + a.ToolCalls.Sum(c => Tokens.Of(c.Arguments)),
        ToolMessage t => Tokens.Of(t.Text),
        _ => 0,
    };
}
