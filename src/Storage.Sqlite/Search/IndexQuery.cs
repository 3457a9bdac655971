using Microsoft.Data.Sqlite;
using OrleansAgents.Events;
using OrleansAgents.Journal.Search;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>The search of an index: one statement.</summary>
internal static class IndexQuery
{
    /// <summary>Texts that are ranked: the newest ones that match.</summary>
    private const int MostRanked = 2_000;

    /// <summary>A title counts more than a message; of texts that match alike, the newer one comes first.</summary>
    public static List<IndexHit> Find(SqliteConnection db, Principal principal, List<string[]> sequences, int skip, int limit)
    {
        if (db.Scalar("SELECT uid FROM users WHERE tenant=$tenant AND user=$user", ("$tenant", principal.Tenant), ("$user", principal.User)) is not long uid)
        {
            return [];
        }

        using var command = db.Command(
            """
            SELECT id, turn, body FROM (
                SELECT h.id, t.turn, t.body, row_number() OVER (PARTITION BY t.tid ORDER BY f.score, t.rowid DESC) AS place, f.score, max(t.rowid) OVER (PARTITION BY t.tid) AS newest
                FROM (SELECT rowid, rank * iif((SELECT turn FROM texts WHERE texts.rowid = words.rowid) = 0, 4, 1) AS score
                      FROM words WHERE words MATCH $match ORDER BY rowid DESC LIMIT $ranked) f
                JOIN texts t ON t.rowid = f.rowid JOIN threads h ON h.tid = t.tid
                WHERE t.uid = $uid)
            WHERE place = 1 ORDER BY score, newest DESC LIMIT $limit OFFSET $skip
            """,
            ("$match", $"who : u{uid} AND body : ({Match(sequences)})"), ("$ranked", MostRanked), ("$uid", uid), ("$limit", limit), ("$skip", skip));
        using var reader = command.ExecuteReader();
        var hits = new List<IndexHit>();
        while (reader.Read())
        {
            hits.Add(new(reader.GetString(0), reader.GetInt32(1), reader.GetString(2)));
        }

        return hits;
    }

    /// <summary>Words have letters and digits alone, so that nothing in them can be an operator within the quotes.</summary>
    private static string Match(List<string[]> sequences) =>
        string.Join(" AND ", sequences.Select((words, i) => $"\"{string.Join(' ', words)}\"{(i == sequences.Count - 1 ? " *" : "")}"));
}
