using Orleans.Concurrency;
using OrleansAgents.Core;
using OrleansAgents.Core.Threads;
using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Memory;
using OrleansAgents.Runs;

namespace OrleansAgents.Threads;

/// <summary>Reads threads for presentation; see <see cref="IThreadReader"/>.</summary>
[StatelessWorker]
internal sealed class ThreadReader(IJournal journal) : Grain, IThreadReader
{
    public Task<Read<ThreadView>> ViewAsync(Principal principal, string threadId) => ReadAsync(principal, threadId, async _ =>
    {
        var s = ThreadState.Empty;
        await foreach (var e in RunFold.ReadAllAsync(journal, threadId, 0))
        {
            s = ThreadState.Evolve(s, e.Decode() as ThreadEvent ?? throw new NewerBuildException(threadId, e.Seq, e.Type), e.At);
        }

        return new ThreadView(
            threadId, s.Title, s.Agent, s.Turns, s.Active?.RunId,
            [.. s.Waiting.Select(w => new QueuedMessage(w.MessageId, w.Input, w.Delivery))], s.Head, s.CreatedAt, s.UpdatedAt,
            await NewestRunAsync(principal, threadId));
    });

    public async Task<ThreadList> ListAsync(Principal principal, string? cursor, int limit)
    {
        ListPosition? before = null;
        if (cursor is not null && (before = ListCursor.Parse(cursor)) is null)
        {
            return new([], null, ListCursor.Unknown);
        }

        var headers = await journal.ListAsync(new(principal, null, null, null, before, limit + 1, JournalKind.Thread));
        var page = headers.Take(limit).ToList();
        var runs = (await journal.NewestRunsAsync(principal, [.. page.Select(h => h.Id)])).ToDictionary(run => run.ThreadId!, Views.Of);
        var items = page.Select(h => new ThreadSummary(h.Id, h.Summary, h.CreatedAt, h.UpdatedAt, runs.GetValueOrDefault(h.Id))).ToList();
        return new(items, headers.Count > limit ? ListCursor.Of(headers[limit - 1]) : null);
    }

    public Task<Read<EventPage>> EventsAsync(Principal principal, string threadId, long after, int limit) =>
        ReadAsync(principal, threadId, async found =>
        {
            var items = await journal.ReadAsync(threadId, after, limit);
            return new EventPage(items, Math.Max(found.Head, items.Count > 0 ? items[^1].Seq : 0), found.EndedAt is not null);
        });

    public async Task<Read<MemoryView>> MemoryAsync(Principal principal, string threadId, int? version) =>
        await ReadAsync(principal, threadId, async _ => new Found(await GrainFactory.GetGrain<IMemoryGrain>(threadId).ViewAsync(version))) switch
        {
            { Problem: { } problem } => new(null, problem),
            { Value.View: { } view } => new(view, null),
            _ => new(null, new(ProblemCodes.InvalidVersion, "The thread's memory has no such version; leave it out for the present one.", "version")),
        };

    private sealed record Found(MemoryView? View);

    public Task<Read<MessageList>> MessagesAsync(Principal principal, string threadId, int afterTurn, int limit) =>
        ReadAsync(principal, threadId, async _ =>
        {
            var items = new List<ThreadMessage>();
            var turns = 0;
            await foreach (var e in RunFold.ReadAllAsync(journal, threadId, 0))
            {
                if (e.Type == "turn.accepted" && e.Decode() is TurnAccepted turn && turn.Turn > afterTurn)
                {
                    if (++turns > limit)
                    {
                        return new MessageList(items, turn.Turn - 1);
                    }

                    items.Add(new(turn.Turn, turn.RunId, "user", turn.Input, e.At));
                    await AddRunAsync(items, turn);
                }
            }

            return new MessageList(items, null);
        });

    /// <summary>What was said in the run: further messages, and the answer.</summary>
    private async Task AddRunAsync(List<ThreadMessage> items, TurnAccepted turn)
    {
        try
        {
            await foreach (var e in RunFold.ReadAllAsync(journal, turn.RunId, 0))
            {
                if (e.Type == "message.received" && e.Decode() is MessageReceived message)
                {
                    items.Add(new(turn.Turn, turn.RunId, "user", message.Content, e.At));
                }
                else if (e.Type == "model.completed" && e.Decode() is ModelCompleted { FinishReason: FinishReasons.Interrupted } stopped)
                {
                    items.AddRange(stopped.Content.OfType<TextPart>().Select(p => new ThreadMessage(turn.Turn, turn.RunId, "assistant", p.Text, e.At, true)));
                }
                else if (e.Type == "run.completed" && e.Decode() is RunCompleted completed)
                {
                    items.Add(new(turn.Turn, turn.RunId, "assistant", completed.Output, e.At));
                }
            }
        }
        catch (JournalDeletedException)
        {
            // What was asked stays; the run was deleted.
        }
    }

    private async Task<RunSummary?> NewestRunAsync(Principal principal, string threadId) =>
        await journal.NewestRunsAsync(principal, [threadId]) is [var newest] ? Views.Of(newest) : null;

    private static Problem NotFound { get; } = new(ProblemCodes.ThreadNotFound, "There is no such thread.", "id");

    /// <summary>Unknown and foreign threads, deleted ones too, are the same; damage is a typed answer.</summary>
    private async Task<Read<T>> ReadAsync<T>(Principal principal, string threadId, Func<JournalHeader, Task<T>> read)
        where T : class
    {
        try
        {
            return await journal.FindAsync(threadId) is { Header: { Kind: JournalKind.Thread } header } && header.Principal == principal
                ? new(await read(header), null)
                : new(null, NotFound);
        }
        catch (JournalDeletedException e)
        {
            return new(null, e.Owner == principal ? new(ProblemCodes.ThreadDeleted, "The thread was deleted.", "id") : NotFound);
        }
        catch (JournalDamagedException e)
        {
            return new(null, new(ProblemCodes.RunCorrupt, e.Message));
        }
        catch (NewerBuildException e)
        {
            return new(null, new(ProblemCodes.InvalidState, e.Message));
        }
        catch (StorageRefusedException e)
        {
            return new(null, new(e.Reason == StorageRefusal.Full ? ProblemCodes.StorageFull : ProblemCodes.StorageUnavailable, e.Message));
        }
    }
}
