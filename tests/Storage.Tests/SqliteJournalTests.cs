using Microsoft.Data.Sqlite;
using OrleansAgents.Journal;
using OrleansAgents.Storage.Sqlite;
using Xunit;
using static OrleansAgents.Storage.Tests.Sample;

namespace OrleansAgents.Storage.Tests;

/// <summary>The contract on one SQLite file, and what is particular to a file.</summary>
public sealed class SqliteJournalTests : JournalContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("journal-").FullName;
    private SqliteJournal _journal = null!;

    internal override IJournal Journal => _journal;

    private string File1 => Path.Combine(_folder, "store.db");

    public override ValueTask InitializeAsync()
    {
        _journal = new SqliteJournal(File1);
        return ValueTask.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        await base.DisposeAsync();
    }

    [Theory]
    [InlineData($"SELECT * FROM journals WHERE {SqliteJournal.Changed} LIMIT 500", "journals_resting", "journals_owner")]
    [InlineData($"SELECT * FROM journals WHERE {SqliteJournal.Expired} ORDER BY updated_at LIMIT 100", "journals_resting")]
    [InlineData($"{SqliteJournal.Waiting} GROUP BY reason", "journals_waiting")]
    public void What_is_asked_again_and_again_is_found_by_its_indexes_however_many_runs_there_are(string query, params string[] indexes)
    {
        using var db = new SqliteConnection($"Data Source={File1};Mode=ReadOnly;Pooling=False");
        db.Open();
        using var command = db.CreateCommand();
        command.CommandText = $"EXPLAIN QUERY PLAN {query}";
        foreach (var parameter in new[] { "$since", "$id", "$before" }.Where(query.Contains))
        {
            command.Parameters.AddWithValue(parameter, 1L);
        }

        using var reader = command.ExecuteReader();
        var searched = new List<string>();
        while (reader.Read())
        {
            searched.AddRange(reader.GetString(3).Split(' ').Where(word => word.StartsWith("journals_", StringComparison.Ordinal)));
        }

        Assert.Equal(indexes, searched);
    }

    [Theory, InlineData(100), InlineData(20_000)]
    public async Task A_released_body_is_in_neither_the_file_nor_its_log(int length)
    {
        var secret = "canary-" + new string('x', length);
        var body = Body(secret);
        await Journal.AppendAsync(Append("r", 0, 1) with { Bodies = [body, Body("another"), Body("and one more")] });
        Assert.True(Holds(File1 + "-wal"));

        await Journal.AppendAsync(Append("r", 1, 1) with { Released = [body.Ref] });

        // The log is emptied after the commit, by the same thread that takes the next write.
        await Journal.AppendAsync(Append("r", 2, 1));
        Assert.False(Holds(File1) || Holds(File1 + "-wal"));

        bool Holds(string file)
        {
            using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var bytes = new MemoryStream();
            open.CopyTo(bytes);
            return bytes.ToArray().AsSpan().IndexOf("canary-x"u8) >= 0;
        }
    }

    [Fact]
    public async Task Everything_is_there_after_a_restart_and_the_log_is_gone()
    {
        await Journal.AppendAsync(Append("r", 0, 3, commands: new RecordedCommand("c", "h", 1)));
        await Journal.FindAsync("r");
        await _journal.DisposeAsync();

        Assert.False(File.Exists(File1 + "-wal"));
        _journal = new SqliteJournal(File1);
        Assert.Equal(Expected("r", 1, 3), Words(await Journal.ReadAsync("r", 0, 10)));
        Assert.NotNull(await Journal.FindCommandAsync("r", "c"));
        Assert.Equal(AppendOutcome.Committed, await Journal.AppendAsync(Append("r", 3, 1)));
    }

    [Fact]
    public void A_second_start_names_the_file_and_the_process()
    {
        var refused = Assert.Throws<StorageUnusableException>(() => new SqliteJournal(File1));

        Assert.Contains(File1, refused.Message, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_a_newer_build_is_left_alone()
    {
        await _journal.DisposeAsync();
        Edit($"PRAGMA user_version = {Schema.Version + 1}");

        var refused = Assert.Throws<StorageUnusableException>(() => new SqliteJournal(File1));

        Assert.Contains($"newer build (schema {Schema.Version + 1}", refused.Message, StringComparison.Ordinal);
        Edit($"PRAGMA user_version = {Schema.Version}");
        _journal = new SqliteJournal(File1);
    }

    [Fact]
    public async Task A_file_that_is_no_store_is_left_alone()
    {
        await _journal.DisposeAsync();
        await File.WriteAllTextAsync(File1, new string('x', 5000), TestContext.Current.CancellationToken);

        Assert.Throws<StorageUnusableException>(() => new SqliteJournal(File1));
        Assert.Equal(new string('x', 5000), await File.ReadAllTextAsync(File1, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_full_store_refuses_keeps_what_it_has_and_goes_on_when_there_is_space()
    {
        await Journal.AppendAsync(Append("r", 0, 1));
        await _journal.LimitPagesAsync(25);

        var head = 1L;
        var refused = await Assert.ThrowsAsync<StorageRefusedException>(async () =>
        {
            while (true)
            {
                await Journal.AppendAsync(Append("r", head, 50));
                head += 50;
            }
        });

        Assert.Equal(StorageRefusal.Full, refused.Reason);
        Assert.StartsWith("storage is full", Journal.Refusal, StringComparison.Ordinal);
        Assert.Equal(Header("r", head), (await Journal.FindAsync("r"))!.Header);
        await _journal.LimitPagesAsync(100_000);
        Assert.Equal(AppendOutcome.Committed, await Journal.AppendAsync(Append("r", head, 50)));
        Assert.Null(Journal.Refusal);
        Assert.Equal(Expected("r", 1, head + 50), Words(await Journal.ReadAsync("r", 0, 100_000)));
    }

    [Fact]
    public async Task A_damaged_event_is_named_and_those_before_it_are_served()
    {
        await Journal.AppendAsync(Append("r", 0, 5));
        await Damage("UPDATE events SET type = 'model.failed' WHERE (rowid & 0xFFFFFF) = 4");

        Assert.Equal(Expected("r", 1, 3), Words(await Journal.ReadAsync("r", 0, 10)));
        Assert.Equal(4, (await Assert.ThrowsAsync<JournalDamagedException>(() => Journal.ReadAsync("r", 3, 10))).Seq);
        Assert.Equal(4, (await Assert.ThrowsAsync<JournalDamagedException>(() => Journal.AcquireAsync("r", "silo-b"))).Seq);
        Assert.Equal(1, (await Journal.FindAsync("r"))!.Header.Epoch);
    }

    [Fact]
    public async Task A_missing_event_is_a_hole_and_is_named()
    {
        await Journal.AppendAsync(Append("r", 0, 5));
        await Damage("DELETE FROM events WHERE (rowid & 0xFFFFFF) = 5");

        Assert.Equal(Expected("r", 1, 4), Words(await Journal.ReadAsync("r", 0, 10)));
        Assert.Equal(5, (await Assert.ThrowsAsync<JournalDamagedException>(() => Journal.ReadAsync("r", 4, 10))).Seq);
    }

    [Fact]
    public async Task A_damaged_header_stops_neither_lists_nor_recovery_of_others()
    {
        await Journal.AppendAsync(Append("bad", 0, 1));
        await Journal.AppendAsync(Append("good", 0, 1));
        await Damage("UPDATE journals SET head = 9 WHERE id = 'bad'");

        Assert.Equal(["good"], (await Journal.ListAsync(new(Events.Principal.Local, null, null, null, null, 10))).Select(h => h.Id));
        Assert.Equal(["good"], (await Journal.ScanAsync(new(Start, [], null, 10))).Select(h => h.Id));
        Assert.Contains(_journal.Damage, d => d.Contains("bad", StringComparison.Ordinal));
        await Assert.ThrowsAsync<JournalDamagedException>(() => Journal.FindAsync("bad"));
    }

    [Fact]
    public async Task A_command_whose_name_was_damaged_is_not_called_unknown()
    {
        await Journal.AppendAsync(Append("r", 0, 1, commands: new RecordedCommand("c", "h", 1)));
        await Damage("UPDATE commands SET id = 'b'");

        await Assert.ThrowsAsync<JournalDamagedException>(() => Journal.FindCommandAsync("r", "c"));
    }

    [Fact]
    public async Task A_damaged_snapshot_is_ignored()
    {
        await Journal.AppendAsync(Append("r", 0, 2));
        await Journal.SnapshotAsync("r", new(1, 1, [1]));
        await Damage("UPDATE snapshots SET data = x'02'");

        var lease = await Journal.AcquireAsync("r", "silo-b");
        Assert.Null(lease.Snapshot);
        Assert.Equal(Expected("r", 1, 2), Words(lease.Tail));
    }

    [Fact]
    public async Task A_damaged_body_is_not_served()
    {
        var body = Body("text");
        await Journal.AppendAsync(Append("r", 0, 1) with { Bodies = [body] });
        await Damage("UPDATE bodies SET data = x'02'");

        await Assert.ThrowsAsync<JournalDamagedException>(() => Journal.ReadBodyAsync("r", body.Ref));
    }

    [Fact]
    public async Task A_body_that_a_journal_uses_is_not_called_unknown()
    {
        var body = Body("text");
        await Journal.AppendAsync(Append("r", 0, 1) with { Bodies = [body] });
        await Damage("DELETE FROM bodies");

        await Assert.ThrowsAsync<JournalDamagedException>(() => Journal.ReadBodyAsync("r", body.Ref));
    }

    [Fact]
    public async Task A_large_file_is_checked_beside_the_work()
    {
        await Journal.AppendAsync(Append("r", 0, 1, commands: new RecordedCommand("c", "h", 1)));
        await Damage("UPDATE commands SET id = 'b'; UPDATE journals SET agent = 'other'");
        await _journal.DisposeAsync();

        _journal = new SqliteJournal(File1, checkAtOnce: 0);
        Assert.Equal(AppendOutcome.Committed, await Journal.AppendAsync(Append("o", 0, 1)));
        await _journal.Checked;

        Assert.Contains(_journal.Damage, d => d.StartsWith("commands", StringComparison.Ordinal));
        Assert.Contains(_journal.Damage, d => d.Contains("journal r is damaged", StringComparison.Ordinal));
        await Assert.ThrowsAsync<JournalDamagedException>(() => Journal.FindCommandAsync("o", "c"));
    }

    [Fact]
    public async Task An_empty_file_becomes_a_store()
    {
        var path = Path.Combine(_folder, "empty.db");
        await File.WriteAllBytesAsync(path, [], TestContext.Current.CancellationToken);

        await using var journal = new SqliteJournal(path);

        Assert.Equal(AppendOutcome.Committed, await journal.AppendAsync(Append("r", 0, 1)));
    }

    private async Task Damage(string sql)
    {
        await _journal.DisposeAsync();
        Edit(sql);
        _journal = new SqliteJournal(File1);
    }

    private void Edit(string sql)
    {
        using var db = new SqliteConnection($"Data Source={File1};Pooling=False");
        db.Open();
        using var command = db.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
