using System.Globalization;
using OrleansAgents.Journal;

namespace OrleansAgents.Storage.Sqlite;

/// <summary>One process per file, by a lock that the operating system takes back when the process dies.</summary>
internal sealed class FileLock : IDisposable
{
    private readonly FileStream _held;

    private FileLock(FileStream held) => _held = held;

    /// <exception cref="StorageUnusableException">Another process holds the file; the sentence names both.</exception>
    public static FileLock Take(string path)
    {
        var name = path + ".lock";
        try
        {
            var held = new FileStream(name, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            Sign(name);
            return new(held);
        }
        catch (IOException e) when (IsHeld(e))
        {
            throw new StorageUnusableException(
                $"{path} is in use by process {Holder(name)}. Stop that process, or name another file in Storage:ConnectionString.");
        }
    }

    public void Dispose() => _held.Dispose();

    /// <summary>EWOULDBLOCK on Linux and macOS, ERROR_SHARING_VIOLATION on Windows; a full or failing disk is something else.</summary>
    private static bool IsHeld(IOException e) => e.HResult is 11 or 35 || (e.HResult & 0xFFFF) == 32;

    private static void Sign(string name)
    {
        try
        {
            File.WriteAllText(name + ".pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The lock counts; the name is for the sentence only. A full disk must not stop a start.
        }
    }

    private static string Holder(string name)
    {
        try
        {
            return File.ReadAllText(name + ".pid");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "(unknown)";
        }
    }
}
