using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>Lookups that never say "unknown" of what a damaged file only hides.</summary>
internal sealed partial class SqliteJournal
{
    /// <summary>Every journal after <paramref name="after"/>, in the order of their making; those whose name cannot be read are in <see cref="Damage"/>.</summary>
    internal Task<IReadOnlyList<(long Number, string Id)>> JournalsAsync(long after, int limit) => _readers.ReadAsync<IReadOnlyList<(long, string)>>(
        "", db => Pairs(db, "SELECT jid,id FROM journals WHERE jid>$after ORDER BY jid LIMIT $limit", after, limit), CancellationToken.None);

    /// <summary>Names of the bodies after <paramref name="after"/>.</summary>
    internal Task<IReadOnlyList<(long Number, string Ref)>> BodiesAsync(long after, int limit) => _readers.ReadAsync<IReadOnlyList<(long, string)>>(
        "", db => Pairs(db, "SELECT rowid,ref FROM bodies WHERE rowid>$after ORDER BY rowid LIMIT $limit", after, limit), CancellationToken.None);

    private static List<(long, string)> Pairs(SqliteConnection db, string sql, long after, int limit)
    {
        using var command = db.Command(sql, ("$after", after), ("$limit", limit));
        using var reader = command.ExecuteReader();
        var pairs = new List<(long, string)>();
        while (reader.Read())
        {
            pairs.Add((reader.GetInt64(0), reader.GetString(1)));
        }

        return pairs;
    }

    private (long, JournalHeader)? Find(SqliteConnection db, Rows rows, string id)
    {
        if (rows.Header(id) is { } found)
        {
            return found;
        }

        ThrowIfDeleted(db, id);

        if (_check.Doubts("journals") && rows.Header(id, distrustIndex: true) is { } scanned)
        {
            return scanned;
        }

        Missed<object>("journals", id);
        Missed<object>("deleted", id);
        return null;
    }

    private static void ThrowIfDeleted(SqliteConnection db, string id)
    {
        using var command = db.Command("SELECT tenant,user FROM deleted WHERE id=$id", ("$id", id));
        using var row = command.ExecuteReader();
        if (row.Read())
        {
            // Builds of schema 1 did not keep whose it was.
            throw new JournalDeletedException(id, row.GetValue(0) is string tenant && row.GetValue(1) is string user ? new(tenant, user) : null);
        }
    }

    /// <summary>A body by its name alone, for a check of the whole store; null when there is none.</summary>
    internal async Task<byte[]?> BodyAsync(string reference) =>
        await _readers.ReadAsync("", db => db.Scalar("SELECT data FROM bodies WHERE ref=$ref", ("$ref", reference)), CancellationToken.None) is { } data
            ? Verified(reference, data as byte[] ?? throw DamagedBody(reference))
            : null;

    /// <summary>The bytes as stored, or null when the journal does not use the body. A body that it uses must be there.</summary>
    private static byte[]? Body(SqliteConnection db, long jid, string reference)
    {
        using var command = db.Command(
            "SELECT b.data FROM body_uses u LEFT JOIN bodies b ON b.ref=u.ref WHERE u.ref=$ref AND u.jid=$jid", ("$ref", reference), ("$jid", jid));
        using var reader = command.ExecuteReader();
        return !reader.Read() ? null : reader.GetValue(0) as byte[] ?? throw DamagedBody(reference);
    }

    private static byte[] Verified(string reference, byte[] data) =>
        reference == "sha256:" + Convert.ToHexStringLower(SHA256.HashData(data)) ? data : throw DamagedBody(reference);

    private static JournalDamagedException DamagedBody(string reference) =>
        new("", 0, $"The body {reference} is damaged: what is stored there is not what was written.");

    /// <summary>Null, unless the table is damaged: then nobody can say that it is not there.</summary>
    private T? Missed<T>(string table, string id)
        where T : class => _check.Doubts(table)
        ? throw new JournalDamagedException(id, 0, $"{_path} is damaged in its {table}: it cannot be said whether this was recorded.")
        : null;

    private static List<JournalEvent> ReadTail(Rows rows, long jid, JournalHeader header, long after)
    {
        var tail = new List<JournalEvent>();
        while (after < header.Head)
        {
            tail.AddRange(rows.Events(jid, header, after, 1_000));
            after = tail[^1].Seq;
        }

        return tail;
    }
}
