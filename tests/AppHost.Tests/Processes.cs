using System.Globalization;

namespace OrleansAgents.AppHost.Tests;

/// <summary>The processes of this machine by id and command line. Reads <c>/proc</c>: the app host's orchestrator is no child of whoever starts it.</summary>
internal static class Processes
{
    public static IReadOnlyDictionary<int, string> All() => Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0).ToDictionary(id => id, CommandOf);

    /// <summary>Those of them that are still alive.</summary>
    public static IEnumerable<string> Alive(IEnumerable<KeyValuePair<int, string>> processes) =>
        processes.Where(p => CommandOf(p.Key) == p.Value).Select(p => $"{p.Key} {p.Value}");

    /// <summary>Empty when it is gone, or has ended and only waits to be collected.</summary>
    private static string CommandOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' ').Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }
}
