using System.Diagnostics;

namespace OrleansAgents.Host.Tests.Storage;

/// <summary>A small file system of the test's own. Needs root.</summary>
internal sealed class Tmpfs : IDisposable
{
    public Tmpfs(string size) => Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", Path);

    public string Path { get; } = Directory.CreateTempSubdirectory("small-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Takes the space that is left, but for <paramref name="bytes"/>.</summary>
    public string FillBut(long bytes)
    {
        var left = new DriveInfo(Path).AvailableFreeSpace - bytes;
        System.IO.File.WriteAllBytes(File("ballast"), new byte[left]);
        return File("ballast");
    }

    public void MakeReadOnly() => Run("mount", "-o", "remount,ro", Path);

    public void Dispose()
    {
        Run("umount", Path);
        Directory.Delete(Path);
    }

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command} {string.Join(' ', arguments)}: {error}");
        }
    }
}
