using OrleansAgents.Events;
using OrleansAgents.Grains.Check;
using OrleansAgents.Journal;
using OrleansAgents.Storage.Sqlite;

namespace OrleansAgents.Silo.Store;

/// <summary>Reads all of a store: the file's structure, every row against its checksum, every journal's order and fold, every body against its name.</summary>
internal static class StoreCheck
{
    private const int Page = 1_000;

    /// <returns>0 for a sound store, 1 for another; what is wrong is written, with the run and the seq.</returns>
    /// <exception cref="StorageUnusableException">The file cannot be read as a store at all.</exception>
    public static async Task<int> RunAsync(string path, TextWriter output)
    {
        var faults = 0;
        await using var journal = new SqliteJournal(path, checkAtOnce: 0, damaged: Tell, readOnly: true);
        var (runs, threads, facts, events, bodies) = (0L, 0L, 0L, 0L, 0L);
        await EachAsync(journal.JournalsAsync, "journals", output, Tell, async id =>
        {
            var (read, wrong) = await JournalCheck.OfAsync(journal, id);
            events += read;
            _ = JournalIds.IsThread(id) ? threads++ : JournalIds.IsFacts(id) ? facts++ : runs++;
            wrong.ToList().ForEach(Tell);
        });

        // Also those that only a deleted or unreadable journal used.
        await EachAsync(journal.BodiesAsync, "bodies", output, Tell, async reference =>
        {
            bodies++;
            await journal.BodyAsync(reference);
        });
        await journal.Checked;
        await output.WriteLineAsync(
            $"{path}: {(faults == 0 ? "sound" : $"{faults} faults")} · {runs} runs, {threads} threads, {(facts == 0 ? "" : $"facts of {facts} users, ")}{events} events, {bodies} bodies · generation {journal.Generation}");
        return faults == 0 ? 0 : 1;

        void Tell(string sentence)
        {
            Interlocked.Increment(ref faults);
            lock (output)
            {
                output.WriteLine($"damaged: {sentence}");
            }
        }
    }

    /// <summary>Where the table itself is damaged, the rest of it cannot be listed, and the other one still is.</summary>
    private static async Task EachAsync(
        Func<long, int, Task<IReadOnlyList<(long Number, string Name)>>> list, string what, TextWriter output, Action<string> tell, Func<string, Task> check)
    {
        var count = 0L;
        try
        {
            for (var at = 0L; await list(at, Page) is { Count: > 0 } page; at = page[^1].Number)
            {
                foreach (var (_, name) in page)
                {
                    try
                    {
                        await check(name);
                    }
                    catch (JournalDamagedException e)
                    {
                        tell(e.Message);
                    }
                }

                count += page.Count;
                await output.WriteLineAsync($"{count} {what} read");
            }
        }
        catch (JournalDamagedException e)
        {
            tell(e.Message);
        }
    }
}
