using OrleansAgents.Events;

namespace OrleansAgents.Journal.Search;

/// <summary>Finds threads by what their titles and messages say. A projection of the journals: losing it loses nothing, for it is built again.</summary>
/// <remarks>Thread-safe. What it returns may be behind the journals by a moment; whoever shows a hit looks the thread up first.</remarks>
internal interface IThreadIndex
{
    /// <summary>Every thread that changed before this is indexed as it was then. The smallest time for an index that is empty.</summary>
    Task<DateTimeOffset> SinceAsync();

    /// <summary>Moves <see cref="SinceAsync"/>, unless it is no longer <paramref name="from"/>: the index may have begun anew meanwhile.</summary>
    Task SaveSinceAsync(DateTimeOffset from, DateTimeOffset since);

    /// <summary>Seq of the newest event that is indexed of a thread; 0 for none.</summary>
    Task<long> HeadOfAsync(string threadId);

    /// <summary>Puts the title, and the texts of the turns given instead of those that these turns had. Leaves out what was removed: whoever read it before may come later.</summary>
    /// <param name="after">The head on which the turns follow. Nothing is put where the index has another one: it may have begun anew meanwhile.</param>
    Task PutAsync(IndexedThread thread, long? after = null);

    /// <summary>Forgets a thread, or what one run said in its thread, for good. Its texts are gone when this returns, also where the whole index has to go for it.</summary>
    /// <exception cref="StorageRefusedException">Nothing can be written or removed at present.</exception>
    Task RemoveAsync(string journalId);

    /// <summary>The user's threads that match, best first, each with its best text.</summary>
    /// <param name="query">Words; all must be in one text, the last one may be unfinished.</param>
    /// <param name="skip">Hits to leave out: those of the pages before.</param>
    /// <exception cref="SearchRefusedException">It cannot be searched now, or not for this within the time that a search has. A damaged index was replaced by an empty one.</exception>
    Task<IReadOnlyList<IndexHit>> FindAsync(Principal principal, string query, int skip, int limit, CancellationToken cancellation);
}

/// <summary>What is indexed of a thread.</summary>
/// <param name="Head">Seq of the newest event in it.</param>
/// <param name="Turns">Turns that are new or have changed.</param>
internal sealed record IndexedThread(string Id, Principal Principal, string Title, long Head, IReadOnlyList<IndexedTurn> Turns);

/// <summary>What was said in one turn.</summary>
internal sealed record IndexedTurn(int Turn, string RunId, IReadOnlyList<string> Texts);

/// <param name="Turn">0 for the title.</param>
internal sealed record IndexHit(string ThreadId, int Turn, string Text);
