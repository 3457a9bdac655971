using Orleans.Concurrency;
using OrleansAgents.Events;
using OrleansAgents.Grains.Interfaces;
using OrleansAgents.Grains.Runs;
using OrleansAgents.Grains.Search;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Journal.Search;
using OrleansAgents.Runs;
using OrleansAgents.Threads;

namespace OrleansAgents.Grains.Threads;

/// <summary>Reads threads for presentation; see <see cref="IThreadReader"/>.</summary>
[StatelessWorker]
internal sealed class ThreadReader(IJournal journal, ThreadSearch search) : Grain, IThreadReader
{
    public Task<Read<ThreadView>> ViewAsync(Principal principal, string threadId) => ReadAsync(principal, threadId, async _ =>
    {
        var s = ThreadState.Empty;
        await foreach (var e in journal.ReadAllAsync(threadId, 0))
        {
            s = ThreadState.Evolve(s, e.Decode() as ThreadEvent ?? throw new NewerBuildException(threadId, e.Seq, e.Type), e.At);
        }

        return new ThreadView(
            threadId, s.Title, s.Agent, s.Turns, s.Active?.RunId,
            [.. s.Waiting.Select(w => new QueuedMessage(w.MessageId, w.Input, w.Delivery))], s.Head, s.CreatedAt, s.UpdatedAt,
            await NewestRunAsync(principal, threadId), s.Pinned ? true : null, s.Archived ? true : null);
    });

    public async Task<ThreadList> ListAsync(Principal principal, ThreadListFilter filter, CancellationToken cancellation)
    {
        if (filter.Query is not null)
        {
            return await FindAsync(principal, filter, filter.Query, cancellation);
        }

        ListPosition? before = null;
        if (filter.Cursor is not null && (before = ListCursor.Parse(filter.Cursor)) is null)
        {
            return new([], null, ListCursor.Unknown);
        }

        var headers = await journal.ListAsync(new(principal, null, null, null, before, filter.Limit + 1, JournalKind.Thread, filter.Pinned, filter.Archived), cancellation);
        var items = await WithRunsAsync(principal, [.. headers.Take(filter.Limit)]);
        return new(items, headers.Count > filter.Limit ? ListCursor.Of(headers[filter.Limit - 1]) : null);
    }

    /// <summary>A hit of the index is shown as its journal's header has it; what was deleted or changed hands is not there.</summary>
    private async Task<ThreadList> FindAsync(Principal principal, ThreadListFilter filter, string query, CancellationToken cancellation)
    {
        if (!HitCursor.TryParse(filter.Cursor, out var skip))
        {
            return new([], null, ListCursor.Unknown);
        }

        IReadOnlyList<IndexHit>? hits;
        try
        {
            hits = await search.FindAsync(principal, query, skip, filter.Limit + 1, cancellation);
        }
        catch (SearchRefusedException e)
        {
            return new([], null, new(e.Code, e.Message, "q"));
        }

        if (hits is null)
        {
            return new([], null, new(ProblemCodes.SearchUnavailable, "This service has no index to search: its log says why.", "q"));
        }

        var headers = await Task.WhenAll(hits.Take(filter.Limit).Select(hit => journal.HeaderOrNullAsync(hit.ThreadId)));
        var shown = headers.OfType<JournalHeader>().Where(h => h.Principal == principal && h.EndedAt is null
            && (filter.Pinned ?? h.Marks.HasFlag(ThreadMarks.Pinned)) == h.Marks.HasFlag(ThreadMarks.Pinned)
            && (filter.Archived ?? h.Marks.HasFlag(ThreadMarks.Archived)) == h.Marks.HasFlag(ThreadMarks.Archived)).ToList();
        var found = hits.ToDictionary(hit => hit.ThreadId);
        var items = (await WithRunsAsync(principal, shown)).Select(t => t with { Match = MatchOf(query, found[t.Id], t.Title) }).ToList();
        return new(items, hits.Count > filter.Limit ? HitCursor.Of(skip + filter.Limit) : null);
    }

    /// <summary>The index may have a title that the thread had before.</summary>
    private static ThreadMatch MatchOf(string query, IndexHit hit, string title) => Excerpt.Of(query, hit.Turn, hit.Turn == 0 ? title : hit.Text);

    private async Task<List<ThreadSummary>> WithRunsAsync(Principal principal, IReadOnlyList<JournalHeader> threads)
    {
        var runs = (await journal.NewestRunsAsync(principal, [.. threads.Select(h => h.Id)])).ToDictionary(run => run.ThreadId!, Views.Of);
        return [.. threads.Select(h => Views.Of(h, runs.GetValueOrDefault(h.Id)))];
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
            await foreach (var e in journal.ReadAllAsync(threadId, 0))
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

    /// <summary>What was said in the run besides its input: further messages, and the answer.</summary>
    private async Task AddRunAsync(List<ThreadMessage> items, TurnAccepted turn)
    {
        try
        {
            await foreach (var said in RunText.SaidAsync(journal, turn.RunId).Skip(1))
            {
                items.Add(new(turn.Turn, turn.RunId, said.Role, said.Text, said.At, said.Interrupted));
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
            return new(null, e.Owner == principal ? JournalProblems.Thread.Deleted : NotFound);
        }
        catch (Exception e) when (JournalProblems.Thread.Of(e) is { } problem)
        {
            return new(null, problem);
        }
    }
}
