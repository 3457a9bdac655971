using Microsoft.Extensions.Logging;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Journal.Search;

namespace OrleansAgents.Grains.Search;

/// <summary>Searches threads, and keeps the index up to date by the journals' changes: from the beginning where the index is new.</summary>
/// <remarks>What is indexed twice is indexed once: a thread's head in the index says how far it is. Nobody waits for the index but a delete.</remarks>
/// <param name="index">Null for a store that has none.</param>
internal sealed partial class ThreadSearch(IJournal journal, IThreadIndex? index, TimeProvider time, ILogger<ThreadSearch> log) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private const int Page = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Threads that change all the time are read no more often than this.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(250);

    /// <summary>Clocks of silos may differ by so much, and a commit may take so long to be seen.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly WakeSignal _look = new();
    private Task _work = Task.CompletedTask;

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(ThreadSearch), ServiceLifecycleStage.Active,
        _ =>
        {
            _work = index is null ? Task.CompletedTask : Task.Run(() => WorkAsync(index), CancellationToken.None);
            return Task.CompletedTask;
        },
        async _ =>
        {
            await _stop.CancelAsync();
            await _work;
        });

    public void Dispose() => _stop.Dispose();

    /// <summary>A thread of this silo changed.</summary>
    public void Look() => _look.Set();

    /// <summary>Forgets a thread, or what a run said in its thread, before its journal is deleted. Its texts are gone when this returns.</summary>
    public Task ForgetAsync(string journalId) => index?.RemoveAsync(journalId) ?? Task.CompletedTask;

    /// <summary>The user's threads that match, best first; null where nothing can be searched. See <see cref="IThreadIndex.FindAsync"/>.</summary>
    /// <exception cref="SearchRefusedException">It cannot be searched now.</exception>
    public async Task<IReadOnlyList<IndexHit>?> FindAsync(Principal principal, string query, int skip, int limit, CancellationToken cancellation)
    {
        try
        {
            return index is null ? null : await index.FindAsync(principal, query, skip, limit, cancellation);
        }
        catch (SearchRefusedException)
        {
            // The index may be an empty one now.
            Look();
            throw;
        }
    }

    private async Task WorkAsync(IThreadIndex index)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await CatchUpAsync(index);
                await Task.Delay(Rest, time, _stop.Token);
                await _look.WaitAsync(Pause, time, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Failed(log, e);
                await Task.Delay(Pause, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Indexes every thread that changed since the last time.</summary>
    private async Task CatchUpAsync(IThreadIndex index)
    {
        var (at, id) = (await index.SinceAsync(), "");
        var saved = at;
        for (var more = true; more;)
        {
            var page = await journal.ChangesAsync(new(at, id, Page, JournalKind.Thread), _stop.Token);
            foreach (var thread in page)
            {
                _stop.Token.ThrowIfCancellationRequested();
                await IndexAsync(index, thread);
                (at, id) = (thread.UpdatedAt, thread.Id);
            }

            more = page.Count == Page;

            // A clock that was ahead must not hide what changes once it is right.
            var now = time.GetUtcNow();
            if ((at < now ? at : now) > saved + Overlap)
            {
                var since = (at < now ? at : now) - Overlap;
                await index.SaveSinceAsync(saved, since);
                saved = since;
            }
        }
    }

    private async Task IndexAsync(IThreadIndex index, JournalHeader thread)
    {
        try
        {
            var head = await index.HeadOfAsync(thread.Id);
            if (head >= thread.Head)
            {
                return;
            }

            if (thread.EndedAt is null)
            {
                await index.PutAsync(await ThreadTexts.ReadAsync(journal, thread, head), head);
            }
        }
        catch (JournalDeletedException)
        {
            await index.RemoveAsync(thread.Id);
        }
        catch (Exception e) when (e is JournalDamagedException or NewerBuildException)
        {
            // It is found by what was indexed before.
            Unreadable(log, thread.Id, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Threads could not be indexed for the search; it is tried again in a few seconds.")]
    private static partial void Failed(ILogger log, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{ThreadId} cannot be indexed for the search: {Reason}")]
    private static partial void Unreadable(ILogger log, string threadId, string reason);
}
