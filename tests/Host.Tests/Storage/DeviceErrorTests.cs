using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Host.Tests.Storage;

/// <summary>A device that reports errors, by strace on a process that appends.</summary>
public sealed class DeviceErrorTests : IDisposable
{
    /// <summary>Appends without a fault, before those with it.</summary>
    private const int Before = 5;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nothing_is_acknowledged_before_it_is_flushed()
    {
        var (probe, trace) = await AppendAsync(30);

        Assert.Equal(Before + 30, probe.Acknowledged);
        Assert.Contains(trace, l => l.Contains("sync(", StringComparison.Ordinal));
        Assert.Empty(Trace.SaidTooEarly(trace));
    }

    [Theory]
    [InlineData("fsync:error=EIO:when=6+")]
    [InlineData("fsync:error=EIO:when=6")]
    [InlineData("fsync:error=EIO:when=6+2")]
    [InlineData("fsync:error=ENOSPC:when=6")]
    [InlineData("fsync:error=EDQUOT:when=6+3")]
    [InlineData("pwrite64:error=EIO:when=20+")]
    [InlineData("pwrite64:error=EIO:when=20")]
    [InlineData("pwrite64:error=EIO:when=20+3")]
    [InlineData("pwrite64:error=ENOSPC:when=21")]
    [InlineData("pwrite64:error=ENOSPC:when=15+7")]
    [InlineData("pwrite64:error=EROFS:when=20+")]
    public async Task What_was_acknowledged_is_there_after_an_error(string fault)
    {
        var (probe, trace) = await AppendAsync(30, fault);
        var lines = probe.Lines;

        Assert.Contains(lines, l => l == "unknown" || l.StartsWith("refused", StringComparison.Ordinal));
        Assert.Empty(Trace.SaidTooEarly(trace));
        await using var journal = new SqliteJournal(_folder.File("store.db"));
        Assert.Empty(journal.Damage);
        var head = (await journal.FindAsync("probe"))!.Header.Head;
        var acknowledged = Math.Max(Before, probe.Acknowledged);
        Assert.InRange(head, acknowledged, acknowledged + lines.Count(l => l == "unknown"));
        Assert.Equal(head, (await journal.ReadAsync("probe", 0, 1_000)).Count);
    }

    [Fact]
    public async Task After_a_flush_that_keeps_failing_nothing_is_acknowledged_any_more()
    {
        var (probe, _) = await AppendAsync(30, "fsync:error=EIO:when=6+");

        var after = probe.Lines.SkipWhile(l => l != "unknown").ToList();
        Assert.NotEmpty(after);
        Assert.DoesNotContain(after, l => l.StartsWith("acked", StringComparison.Ordinal));
        Assert.Contains(after, l => l.StartsWith("refused Io: storage reports an error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_a_flush_that_failed_once_appends_go_on()
    {
        var (probe, _) = await AppendAsync(30, "fsync:error=EIO:when=6");

        Assert.Single(probe.Lines, "unknown");
        Assert.StartsWith("acked", probe.Lines[^2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_cannot_be_moved_into_the_file_is_kept()
    {
        // The calls of the last checkpoint are those on the file itself: all of them fail.
        var (probe, _) = await AppendAsync(5, "fsync:error=EIO:when=8+");

        await using var journal = new SqliteJournal(_folder.File("store.db"));
        Assert.InRange((await journal.FindAsync("probe"))!.Header.Head, probe.Acknowledged, probe.Acknowledged + 1);
    }

    /// <summary>Five appends without a fault, so that the store is there; then more, with it.</summary>
    private async Task<(StoreProcess Probe, string[] Trace)> AppendAsync(int count, params string[] faults)
    {
        using (var first = new StoreProcess([], "append", _folder.File("store.db"), $"{Before}"))
        {
            Assert.Equal(0, await first.EndAsync());
        }

        using var probe = new StoreProcess(Trace.To(_folder.File("trace"), faults), "append", _folder.File("store.db"), $"{count}");
        await probe.EndAsync();
        return (probe, await File.ReadAllLinesAsync(_folder.File("trace"), TestContext.Current.CancellationToken));
    }
}
