using Microsoft.Data.Sqlite;
using OrleansAgents.Journal.Search;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>Puts texts into the tables of an index and removes them, within the caller's transaction.</summary>
/// <remarks>
/// FTS5 gets words that are cut already (<see cref="SearchWords"/>): its own tokenizers know no words in scripts without spaces. Each row
/// of it begins with a word for the user, which each search asks for too.
/// </remarks>
internal static class IndexRows
{
    /// <summary>0 for a thread that is not in the index.</summary>
    public static long HeadOf(SqliteConnection db, string threadId) => db.Scalar("SELECT head FROM threads WHERE id=$id", ("$id", threadId)) as long? ?? 0;

    /// <summary>False where nothing was put, see <see cref="IThreadIndex.PutAsync"/>.</summary>
    public static bool Put(SqliteConnection db, IndexedThread thread, long? after)
    {
        if (IsGone(db, thread.Id) || (after is { } head && HeadOf(db, thread.Id) != head))
        {
            return false;
        }

        var (tenant, user) = thread.Principal;
        db.Run("INSERT INTO users (tenant,user) VALUES ($tenant,$user) ON CONFLICT DO NOTHING", ("$tenant", tenant), ("$user", user));
        var uid = (long)db.Scalar("SELECT uid FROM users WHERE tenant=$tenant AND user=$user", ("$tenant", tenant), ("$user", user))!;
        var tid = (long)db.Scalar(
            "INSERT INTO threads (id,tenant,user,head) VALUES ($id,$tenant,$user,$head) ON CONFLICT (id) DO UPDATE SET head=excluded.head RETURNING tid",
            ("$id", thread.Id), ("$tenant", tenant), ("$user", user), ("$head", thread.Head))!;
        Replace(db, tid, uid, new(0, "", [thread.Title]));
        foreach (var turn in thread.Turns.Where(turn => !IsGone(db, turn.RunId)))
        {
            Replace(db, tid, uid, turn);
        }

        return true;
    }

    /// <summary>Removes a thread, or what one run said. The id is kept: whoever read the journal before must not put it back.</summary>
    public static bool Remove(SqliteConnection db, string journalId)
    {
        db.Run("INSERT INTO gone (id) VALUES ($id) ON CONFLICT DO NOTHING", ("$id", journalId));
        if (db.Scalar("SELECT tid FROM threads WHERE id=$id", ("$id", journalId)) is long tid)
        {
            Delete(db, "tid=$key", tid);
            db.Run("DELETE FROM threads WHERE tid=$tid", ("$tid", tid));
        }

        Delete(db, "run=$key", journalId);
        return true;
    }

    private static bool IsGone(SqliteConnection db, string id) => db.Scalar("SELECT 1 FROM gone WHERE id=$id", ("$id", id)) is not null;

    private static void Replace(SqliteConnection db, long tid, long uid, IndexedTurn turn)
    {
        Delete(db, $"tid=$key AND turn={turn.Turn}", tid);
        foreach (var text in turn.Texts.Where(t => t.Length > 0))
        {
            var row = (long)db.Scalar(
                "INSERT INTO texts (tid,uid,turn,run,body) VALUES ($tid,$uid,$turn,$run,$body) RETURNING rowid",
                ("$tid", tid), ("$uid", uid), ("$turn", turn.Turn), ("$run", turn.RunId.Length > 0 ? turn.RunId : null), ("$body", text))!;
            db.Run("INSERT INTO words (rowid,who,body) VALUES ($row,$who,$words)", ("$row", row), ("$who", $"u{uid}"), ("$words", Words(text)));
        }
    }

    /// <summary>FTS5 keeps no copy of a text: it needs the words again to remove them.</summary>
    private static void Delete(SqliteConnection db, string where, object key)
    {
        var rows = new List<(long Row, long User, string Body)>();
        using (var command = db.Command($"SELECT rowid,uid,body FROM texts WHERE {where}", ("$key", key)))
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                rows.Add((reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2)));
            }
        }

        foreach (var (row, user, body) in rows)
        {
            db.Run("INSERT INTO words (words,rowid,who,body) VALUES ('delete',$row,$who,$words)", ("$row", row), ("$who", $"u{user}"), ("$words", Words(body)));
            db.Run("DELETE FROM texts WHERE rowid=$row", ("$row", row));
        }
    }

    private static string Words(string text) => string.Join(' ', SearchWords.Of(text).Select(w => w.Text));
}
