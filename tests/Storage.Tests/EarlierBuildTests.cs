using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Runs;
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

    [Fact]
    public async Task Its_runs_fold_to_what_they_were()
    {
        await using var journal = new SqliteJournal(Open(1));
        var found = new List<string>();
        foreach (var (_, id) in await journal.JournalsAsync(0, 100))
        {
            var view = (await journal.FindAsync(id))!;
            if (view.Header.Kind == JournalKind.Run)
            {
                var rows = await journal.ReadAsync(id, 0, 1_000);
                var state = RunFold.From(null, rows);
                Assert.Equal(view.Header.Head, state.Head);
                found.Add($"{id[4..].TrimEnd('0')} {Core.StatusOf.Run(state)} {view.Header.Reason}".TrimEnd());
            }
        }

        Assert.Equal(
            ["asking Running", "completed Completed", "deciding Waiting decision", "failed Failed", "paused Paused user", "paying Waiting decision", "timer Waiting timer"],
            found.Where(f => f.Split(' ')[0].Length < 32).Order());
        Assert.Equal(2, found.Count(f => f.Split(' ')[0].Length == 32));
        Assert.Null((await Assert.ThrowsAsync<JournalDeletedException>(() => journal.FindAsync("run_deleted000000000"))).Owner);
        Assert.Equal("start", (await journal.FindCommandAsync("run_completed0000000", "start"))?.CommandId);
    }

    [Fact]
    public async Task It_can_be_restored_too()
    {
        var path = _folder.File("restored.db");
        StoreRestore.Run(Recorded(1), path, Sample.Start);

        await using var journal = new SqliteJournal(path);
        Assert.Null(journal.Kept);
        Assert.Equal(2, journal.Generation);
        Assert.Equal(6, (await journal.ScanAsync(new(Sample.Start, [], null, 100))).Count(h => h.Kind == JournalKind.Run));
    }

    [Fact]
    public void Only_to_look_at_it_nothing_is_changed()
    {
        var path = Open(1);
        Assert.Contains("earlier build (schema 1", Assert.Throws<StorageUnusableException>(() => new SqliteJournal(path, readOnly: true)).Message);
        Assert.False(File.Exists(path + ".schema-1"));
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
