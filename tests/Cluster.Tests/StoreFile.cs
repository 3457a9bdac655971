using Microsoft.Data.Sqlite;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>Changes a store's file behind its back.</summary>
internal static class StoreFile
{
    /// <summary>Adds a blank to the data of an event.</summary>
    public static void Damage(string path, string id, int seq)
    {
        using var db = new SqliteConnection($"Data Source={path};Pooling=False");
        db.Open();
        using var change = db.CreateCommand();
        change.CommandText = "UPDATE events SET data=cast(data || ' ' AS BLOB) "
            + "WHERE rowid & 0xFFFFFF = $seq AND rowid >> 24 = (SELECT jid FROM journals WHERE id=$id)";
        change.Parameters.AddWithValue("$id", id);
        change.Parameters.AddWithValue("$seq", seq);
        Assert.Equal(1, change.ExecuteNonQuery());
    }
}
