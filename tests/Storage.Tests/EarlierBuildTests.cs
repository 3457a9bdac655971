using Microsoft.Data.Sqlite;
using OrleansAgents.Events;
using OrleansAgents.Grains.Runs;
using OrleansAgents.Journal;
using OrleansAgents.Silo.Store;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Storage.Tests;

/// <summary>Files in <c>Recorded</c> were written by earlier builds, one for each schema, with runs in every state: this build keeps a copy, brings them up to date, and reads all of them.</summary>
public sealed class EarlierBuildTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<int> Schemas => [.. Enumerable.Range(1, Schema.Version - 1)];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_earlier_schema_has_its_file() => Assert.All(
        Enumerable.Range(1, Schema.Version - 1), schema => Assert.True(File.Exists(Recorded(schema)), $"Record a file with the build before schema {schema + 1}."));

    [Theory, MemberData(nameof(Schemas))]
    public async Task A_file_of_an_earlier_build_is_kept_brought_up_to_date_and_sound(int schema)
    {
        var path = Open(schema);
        await using (var journal = new SqliteJournal(path))
        {
            Assert.Equal(path + $".schema-{schema}", journal.Kept);
            Assert.Empty(journal.Damage);
            Assert.Equal(1, journal.Generation);
        }

        Assert.Equal(await File.ReadAllBytesAsync(Recorded(schema), TestContext.Current.CancellationToken), WithCountersOf(schema, path + $".schema-{schema}"));
        var said = new StringWriter();
        Assert.True(await StoreCheck.RunAsync(path, said) == 0, said.ToString());

        // Once is enough.
        await using var again = new SqliteJournal(path);
        Assert.Null(again.Kept);
        Assert.Equal(AppendOutcome.Committed, await again.AppendAsync(Sample.Append("run_new", 0, 1)));
    }

    [Theory, MemberData(nameof(Schemas))]
    public async Task Its_runs_fold_to_what_they_were(int schema)
    {
        await using var journal = new SqliteJournal(Open(schema));
        var found = new List<string>();
        foreach (var (_, id) in await journal.JournalsAsync(0, 100))
        {
            var view = (await journal.FindAsync(id))!;
            if (view.Header.Kind == JournalKind.Run)
            {
                var rows = await journal.ReadAsync(id, 0, 1_000);
                var state = RunFold.From(null, rows);
                Assert.Equal(view.Header.Head, state.Head);
                found.Add($"{id[4..].TrimEnd('0')} {Core.Runs.Standing.StatusOf(state)} {view.Header.Reason}".TrimEnd());
            }
        }

        Assert.Equal(
            ["asking Running", "completed Completed", "deciding Waiting decision", "failed Failed", "paused Paused user", "paying Waiting decision", "timer Waiting timer"],
            found.Where(f => f.Split(' ')[0].Length < 32).Order());
        Assert.Equal(2, found.Count(f => f.Split(' ')[0].Length == 32));
        var deleted = await Assert.ThrowsAsync<JournalDeletedException>(() => journal.FindAsync("run_deleted000000000"));
        Assert.Equal(schema == 1 ? null : Principal.Local, deleted.Owner);
        Assert.Equal("start", (await journal.FindCommandAsync("run_completed0000000", "start"))?.CommandId);
    }

    [Theory, MemberData(nameof(Schemas))]
    public async Task Its_indexes_are_those_of_a_new_file(int schema)
    {
        var (path, fresh) = (Open(schema), _folder.File("new.db"));
        await new SqliteJournal(path).DisposeAsync();
        await new SqliteJournal(fresh).DisposeAsync();

        Assert.Equal(Indexes(fresh), Indexes(path));
        await using var journal = new SqliteJournal(path);
        Assert.Equal(["run_failed0000000000"], (await journal.ListAsync(new(Principal.Local, null, "clerk", RunStatus.Failed, null, 10))).Select(h => h.Id));
        Assert.Equal(9, (await journal.ListAsync(new(Principal.Local, null, "clerk", null, null, 10))).Count);
        Assert.Equal(2, (await journal.ListAsync(new(Principal.Local, "thr_recorded00000000", null, null, null, 10))).Count);
    }

    [Theory, MemberData(nameof(Schemas))]
    public async Task It_can_be_restored_too(int schema)
    {
        var path = _folder.File("restored.db");
        StoreRestore.Run(Recorded(schema), path, Sample.Start);

        await using var journal = new SqliteJournal(path);
        Assert.Null(journal.Kept);
        Assert.Equal(2, journal.Generation);
        Assert.Equal(6, (await journal.ScanAsync(new(Sample.Start, [], null, 100))).Count(h => h is { Kind: JournalKind.Run, EndedAt: null }));
    }

    [Theory, MemberData(nameof(Schemas))]
    public void Only_to_look_at_it_nothing_is_changed(int schema)
    {
        var path = Open(schema);
        Assert.Contains($"earlier build (schema {schema}", Assert.Throws<StorageUnusableException>(() => new SqliteJournal(path, readOnly: true)).Message);
        Assert.False(File.Exists(path + $".schema-{schema}"));
    }

    private static List<string> Indexes(string path)
    {
        using var db = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        db.Open();
        using var command = db.Command("SELECT sql FROM sqlite_master WHERE type='index' AND sql IS NOT NULL ORDER BY name");
        using var reader = command.ExecuteReader();
        var indexes = new List<string>();
        while (reader.Read())
        {
            indexes.Add(reader.GetString(0));
        }

        return indexes;
    }

    private static string Recorded(int schema) => Path.Combine(AppContext.BaseDirectory, "Recorded", $"schema-{schema}.db");

    private string Open(int schema)
    {
        var path = _folder.File("agents.db");
        File.Copy(Recorded(schema), path);
        return path;
    }

    /// <summary>The copy is the file, but for the counters in the first 100 bytes that every write moves.</summary>
    private static byte[] WithCountersOf(int schema, string path)
    {
        var bytes = File.ReadAllBytes(path);
        File.ReadAllBytes(Recorded(schema)).AsSpan(0, 100).CopyTo(bytes);
        return bytes;
    }
}
