using OrleansAgents.Journal;
using OrleansAgents.Storage.Sqlite;
using Xunit;
using static OrleansAgents.Storage.Tests.Sample;

namespace OrleansAgents.Storage.Tests;

/// <summary>A process that died, as its files tell: copies of file and log, cut where a crash may cut them.</summary>
public sealed class TornFileTests : IDisposable
{
    private const int Commits = 12;
    private readonly string _folder = Directory.CreateTempSubdirectory("torn-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_log_cut_anywhere_loses_whole_commits_from_its_end_and_nothing_else()
    {
        var (file, log, ends) = await LiveAsync();
        var random = new Random(7);
        var cuts = ends.Concat(ends.Select(e => e - 1)).Concat(Enumerable.Range(0, 80).Select(_ => random.Next(log.Length)));
        foreach (var cut in cuts.Order())
        {
            var path = Store($"cut-{Guid.NewGuid():n}", file, log[..cut]);
            await using var journal = new SqliteJournal(path);

            var events = await journal.ReadAsync("r", 0, 1_000);

            var whole = ends.Count(e => e <= cut) * 2;
            Assert.Equal(Enumerable.Range(1, whole).Select(seq => Event("r", seq).Words()), events.Select(e => e.Words()));
            Assert.Empty(journal.Damage);
            Assert.Equal(AppendOutcome.Committed, await journal.AppendAsync(Append("r", whole, 1)));
        }
    }

    [Fact]
    public async Task A_bit_flipped_in_the_log_never_shows_half_a_commit()
    {
        var (file, log, _) = await LiveAsync();
        var random = new Random(11);
        for (var block = 0; block < log.Length; block += 512)
        {
            var flipped = log.ToArray();
            flipped[Math.Min(block + random.Next(512), log.Length - 1)] ^= (byte)(1 << random.Next(8));
            await using var journal = new SqliteJournal(Store($"flip-{block}", file, flipped));

            var events = await journal.ReadAsync("r", 0, 1_000);

            Assert.Equal(0, events.Count % 2);
            Assert.Equal(Enumerable.Range(1, events.Count).Select(seq => Event("r", seq).Words()), events.Select(e => e.Words()));
        }
    }

    [Fact]
    public async Task A_file_cut_short_serves_nothing_wrong()
    {
        var path = Path.Combine(_folder, "whole.db");
        await using (var journal = new SqliteJournal(path))
        {
            await FillAsync(journal, () => { });
        }

        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        for (var cut = 0; cut < bytes.Length; cut += 1_000)
        {
            await AssertHonestAsync(Store($"short-{cut}", bytes[..cut], null), cut);
        }
    }

    private static async Task AssertHonestAsync(string path, int cut)
    {
        try
        {
            await using var journal = new SqliteJournal(path);
            var events = await journal.ReadAsync("r", 0, 1_000);
            Assert.Equal(Enumerable.Range(1, events.Count).Select(seq => Event("r", seq).Words()), events.Select(e => e.Words()));
            Assert.True(events.Count == Commits * 2 || journal.Damage.Count > 0 || cut == 0, $"silent at {cut}");
        }
        catch (Exception e) when (e is JournalDamagedException or StorageUnusableException)
        {
            // It is said.
        }
    }

    /// <summary>The files of a store whose process died, and the length of its log after each commit.</summary>
    private async Task<(byte[] File, byte[] Log, List<int> Ends)> LiveAsync()
    {
        var path = Path.Combine(_folder, $"live-{Guid.NewGuid():n}.db");
        await using (new SqliteJournal(path))
        {
            // The tables go into the file, so that the log holds appends only.
        }

        await using var journal = new SqliteJournal(path);
        var ends = new List<int>();
        await FillAsync(journal, () => ends.Add((int)new FileInfo(path + "-wal").Length));
        return (Read(path), Read(path + "-wal"), ends);
    }

    private static async Task FillAsync(SqliteJournal journal, Action committed)
    {
        for (var head = 0; head < Commits * 2; head += 2)
        {
            await journal.AppendAsync(Append("r", head, 2));
            committed();
        }
    }

    private string Store(string name, byte[] file, byte[]? log)
    {
        var path = Path.Combine(_folder, name + ".db");
        File.WriteAllBytes(path, file);
        if (log is not null)
        {
            File.WriteAllBytes(path + "-wal", log);
        }

        return path;
    }

    private static byte[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
