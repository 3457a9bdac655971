using OrleansAgents.Events;

namespace OrleansAgents.Journal;

/// <summary>Reads that every kind of journal needs.</summary>
internal static class JournalReads
{
    /// <summary>The header, for lists, which leave out what cannot be shown; null for a journal that does not exist, was deleted or is damaged.</summary>
    public static async Task<JournalHeader?> HeaderOrNullAsync(this IJournal journal, string id)
    {
        try
        {
            return (await journal.FindAsync(id))?.Header;
        }
        catch (Exception e) when (e is JournalDeletedException or JournalDamagedException)
        {
            return null;
        }
    }

    /// <summary>Every event after <paramref name="after"/> up to <paramref name="through"/>, page by page.</summary>
    public static async IAsyncEnumerable<JournalEvent> ReadAllAsync(
        this IJournal journal, string id, long after, long through = long.MaxValue)
    {
        const int Page = 500;
        while (after < through)
        {
            var page = await journal.ReadAsync(id, after, Page);
            foreach (var e in page)
            {
                if (e.Seq > through)
                {
                    yield break;
                }

                yield return e;
            }

            // A short page is no end: the next event may be damaged, and only asking for it says so.
            if (page.Count == 0)
            {
                yield break;
            }

            after = page[^1].Seq;
        }
    }

    /// <summary>Runs pure code on what a journal holds. Whatever it throws is about the journal, and would be thrown again at every try.</summary>
    /// <param name="what">For the sentence that people read.</param>
    /// <exception cref="JournalDamagedException">It failed.</exception>
    public static T Interpret<T>(string id, long seq, string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not (JournalDamagedException or NewerBuildException))
        {
            throw new JournalDamagedException(id, seq, $"{what} of {id} cannot be read at seq {seq}: {e.Message}");
        }
    }
}
