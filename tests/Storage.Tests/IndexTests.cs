using Microsoft.Data.Sqlite;
using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Storage.Tests;

/// <summary>Which indexes a list reads, and which an append rewrites.</summary>
public sealed class IndexTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private SqliteConnection _db = null!;

    /// <summary>Thread, agent, status, whether it is a further page, and the search that SQLite makes of it.</summary>
    public static TheoryData<string?, string?, RunStatus?, bool, string> Lists => new()
    {
        { null, null, null, false, "journals_list (kind=? AND tenant=? AND user=?)" },
        { null, null, null, true, "journals_list (kind=? AND tenant=? AND user=? AND (created_at,id)<(?,?))" },
        { null, "docs", null, false, "journals_agent (tenant=? AND user=? AND agent=?)" },
        { null, "docs", null, true, "journals_agent (tenant=? AND user=? AND agent=? AND (created_at,id)<(?,?))" },
        { null, null, RunStatus.Failed, false, "journals_status (tenant=? AND user=? AND status=?)" },
        { null, "docs", RunStatus.Failed, true, "journals_status (tenant=? AND user=? AND status=? AND (created_at,id)<(?,?))" },
        { "thread", null, null, false, "journals_thread (thread=?)" },
        { "thread", "docs", RunStatus.Failed, true, "journals_thread (thread=? AND (created_at,id)<(?,?))" },
    };

    public async ValueTask InitializeAsync()
    {
        var path = _folder.File("store.db");
        await new SqliteJournal(path).DisposeAsync();
        _db = new($"Data Source={path};Mode=ReadOnly;Pooling=False");
        await _db.OpenAsync();
    }

    public ValueTask DisposeAsync()
    {
        _db.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory, MemberData(nameof(Lists))]
    public void A_list_is_read_along_one_index_in_its_own_order(string? thread, string? agent, RunStatus? status, bool further, string search)
    {
        var filter = new ListFilter(Principal.Local, thread, agent, status, further ? new(Sample.Start, "r") : null, 50);
        var plan = Rows(
            $"EXPLAIN QUERY PLAN SELECT * FROM journals INDEXED BY {SqliteJournal.IndexOf(filter)} WHERE {SqliteJournal.WhereOf(filter)} LIMIT 50", 3);

        Assert.Equal([$"SEARCH journals USING INDEX {search}"], plan);
    }

    [Fact]
    public void A_list_of_threads_is_read_in_the_order_of_their_activity()
    {
        var filter = new ListFilter(Principal.Local, null, null, null, new(Sample.Start, "t"), 50, JournalKind.Thread, Pinned: true, Archived: false);
        var plan = Rows(
            $"EXPLAIN QUERY PLAN SELECT * FROM journals INDEXED BY {SqliteJournal.IndexOf(filter)} WHERE {SqliteJournal.WhereOf(filter)} LIMIT 50", 3);

        Assert.Equal(["SEARCH journals USING INDEX journals_active (tenant=? AND user=? AND (active_at,id)<(?,?))"], plan);
    }

    [Fact]
    public void Changed_threads_are_read_in_the_order_of_their_change_and_not_sorted()
    {
        var plan = Rows($"EXPLAIN QUERY PLAN SELECT * FROM journals INDEXED BY journals_changed WHERE {SqliteJournal.ChangedThreads} LIMIT 200", 3);
        Assert.Equal(["SEARCH journals USING INDEX journals_changed ((updated_at,id)>(?,?))"], plan);
    }

    [Theory]
    [InlineData(HeaderStatements.OfStep, "journals_changed", "journals_resting")]
    [InlineData(HeaderStatements.OfStep + "," + HeaderStatements.OfOwner, "journals_changed", "journals_owner", "journals_resting", "journals_wake")]
    [InlineData(
        HeaderStatements.OfStep + "," + HeaderStatements.OfOwner + "," + HeaderStatements.OfStatus,
        "journals_active", "journals_changed", "journals_owner", "journals_resting", "journals_status", "journals_waiting", "journals_wake")]
    public void An_append_rewrites_the_indexes_of_what_it_changes_and_no_other(string columns, params string[] indexes)
    {
        var names = Rows("SELECT rootpage || ' ' || name FROM sqlite_master WHERE type='index'", 0).Select(row => row.Split(' ')).ToDictionary(p => p[0], p => p[1]);
        var opened = Rows($"EXPLAIN {HeaderStatements.UpdateOf(columns)}", 3, where: row => row.GetString(1) == "OpenWrite");

        Assert.Equal(indexes, opened.Where(names.ContainsKey).Select(page => names[page]).Order());
    }

    private List<string> Rows(string sql, int column, Func<SqliteDataReader, bool>? where = null)
    {
        using var command = _db.CreateCommand();
        command.CommandText = sql;
        foreach (var name in new[] { "$tenant", "$user", "$thread", "$agent", "$status", "$at", "$since", "$id" })
        {
            command.Parameters.AddWithValue(name, 1L);
        }

        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            if (where?.Invoke(reader) != false)
            {
                rows.Add(reader.GetString(column));
            }
        }

        return rows;
    }
}
