using System.Diagnostics;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Host.Tests.Storage;

/// <summary>The backup command under strace: what it says is done is on disk.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Backup => _folder.File("backup.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_backup_is_flushed_before_it_has_its_name_and_its_folder_before_it_is_said_to_be_there()
    {
        var (code, trace) = await BackUpAsync();

        Assert.Equal(0, code);
        var named = trace.FindIndex(l => l.Contains($".part\", \"{Backup}\"", StringComparison.Ordinal));
        var said = trace.FindIndex(l => l.Contains("write(", StringComparison.Ordinal) && l.Contains("is backed up", StringComparison.Ordinal));
        Assert.InRange(trace.FindIndex(l => l.Contains($"sync(", StringComparison.Ordinal) && l.Contains($"<{Backup}.part>", StringComparison.Ordinal)), 0, named);

        // SQLite flushes the folder for itself before that.
        Assert.InRange(trace.FindIndex(named, l => l.Contains($"sync(", StringComparison.Ordinal) && l.Contains($"<{_folder.Path}>", StringComparison.Ordinal)), named, said);
    }

    [Theory]
    [InlineData("fsync:error=EIO:when=1+")]
    [InlineData("pwrite64:error=ENOSPC:when=1+")]
    public async Task A_device_that_fails_leaves_no_file_that_looks_like_a_backup(string fault)
    {
        var (code, _) = await BackUpAsync("-e", $"inject={fault}");

        Assert.Equal(1, code);
        Assert.False(File.Exists(Backup) || File.Exists(Backup + ".part"));
    }

    private async Task<(int Code, List<string> Trace)> BackUpAsync(params string[] faults)
    {
        await using (new SqliteJournal(_folder.File("agents.db")))
        {
            // An empty store is one.
        }

        var dll = Path.Combine(Repository.Root, "src", "Standalone", "bin", Repository.Configuration, "net10.0", "Standalone.dll");
        string[] line = ["-f", "-y", "-s", "200", "-o", _folder.File("trace"), "-e", "trace=fsync,fdatasync,pwrite64,write,rename,renameat2,link,linkat", .. faults,
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", dll, "backup", Backup, "--Storage:ConnectionString", _folder.File("agents.db")];
        using var process = Process.Start("strace", line);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        return (process.ExitCode, [.. await File.ReadAllLinesAsync(_folder.File("trace"))]);
    }
}
