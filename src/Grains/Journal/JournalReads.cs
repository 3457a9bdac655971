namespace OrleansAgents.Journal;

/// <summary>Reads for lists, which leave out what cannot be shown.</summary>
internal static class JournalReads
{
    /// <summary>The header; null for a journal that does not exist, was deleted or is damaged.</summary>
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
}
