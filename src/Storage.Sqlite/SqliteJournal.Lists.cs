using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>Lists of one user's journals: a page costs the same however many runs the user has.</summary>
internal sealed partial class SqliteJournal
{
    public Task<IReadOnlyList<JournalHeader>> ListAsync(ListFilter filter, CancellationToken cancellation = default) =>
        _readers.ReadAsync<IReadOnlyList<JournalHeader>>("", db => List(new Rows(db), filter), cancellation);

    public Task<IReadOnlyList<JournalHeader>> NewestRunsAsync(
        Principal principal, IReadOnlyCollection<string> threadIds, CancellationToken cancellation = default) =>
        _readers.ReadAsync<IReadOnlyList<JournalHeader>>(
            "",
            db =>
            {
                var rows = new Rows(db);
                return [.. threadIds.Distinct().SelectMany(thread => List(rows, new(principal, thread, null, null, null, Limit: 1)))];
            },
            cancellation);

    /// <summary>The index that reads a page in its order. The planner has no statistics, and would read all of a user's runs to find those of one thread.</summary>
    internal static string IndexOf(ListFilter f) => f switch
    {
        { ThreadId: not null } => "journals_thread",
        { Kind: JournalKind.Thread } => "journals_active",
        { Kind: JournalKind.Run, Status: not null } => "journals_status",
        { Kind: JournalKind.Run, Agent: not null } => "journals_agent",
        _ => "journals_list",
    };

    /// <remarks>A partial index is usable only where its condition is in the query, so the kind is no parameter.</remarks>
    internal static string WhereOf(ListFilter f) =>
        $"kind={(int)f.Kind} AND tenant=$tenant AND user=$user" +
        $"{(f.ThreadId is null ? "" : " AND thread=$thread")}{(f.Agent is null ? "" : " AND agent=$agent")}{(f.Status is null ? "" : " AND status=$status")}" +
        $"{Marked(ThreadMarks.Pinned, f.Pinned)}{Marked(ThreadMarks.Archived, f.Archived)}" +
        $"{(f.Before is null ? "" : $" AND ({OrderOf(f)},id)<($at,$id)")} ORDER BY {OrderOf(f)} DESC, id DESC";

    private static string OrderOf(ListFilter f) => f.Kind == JournalKind.Thread ? "active_at" : "created_at";

    private static string Marked(ThreadMarks mark, bool? wanted) => wanted is { } set ? $" AND marks&{(int)mark}{(set ? "<>" : "=")}0" : "";

    private List<JournalHeader> List(Rows rows, ListFilter f) => rows.Headers(
        _check, IndexOf(f), WhereOf(f), f.Limit, ("$tenant", f.Principal.Tenant), ("$user", f.Principal.User), ("$thread", f.ThreadId),
        ("$agent", f.Agent), ("$status", (int?)f.Status), ("$at", f.Before is { } b ? Checksums.Micros(b.At) : null), ("$id", f.Before?.Id));
}
