using System.Text.RegularExpressions;

namespace OrleansAgents.Host.Tests.Storage;

/// <summary>The system calls of a probe, as strace wrote them down.</summary>
internal static partial class Trace
{
    /// <summary>Runs what follows with faults, and writes its calls to <paramref name="file"/>.</summary>
    public static string[] To(string file, params string[] faults) =>
        ["strace", "-f", "-y", "-s", "40", "-o", file, "-e", "trace=pwrite64,fsync,fdatasync,ftruncate,write", .. faults.SelectMany(f => new[] { "-e", $"inject={f}" })];

    /// <summary>Acknowledgements that were said while something in the log was not flushed after it was written.</summary>
    public static IReadOnlyList<string> SaidTooEarly(IEnumerable<string> lines)
    {
        var early = new List<string>();
        var begun = new Dictionary<string, string>();
        var dirty = false;
        foreach (var line in lines)
        {
            var (thread, call) = (line[..line.IndexOf(' ')], line[line.IndexOf(' ')..].TrimStart());
            if (call.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                begun[thread] = call;
                dirty |= IsLogWrite(call);
                continue;
            }

            if (call.StartsWith("<...", StringComparison.Ordinal) && begun.Remove(thread, out var start))
            {
                call = start + call;
            }

            if (IsLogWrite(call))
            {
                dirty = true;
            }
            else if (Flush().IsMatch(call))
            {
                dirty = false;
            }
            else if (dirty && call.StartsWith("write(", StringComparison.Ordinal) && call.Contains("\"acked ", StringComparison.Ordinal))
            {
                early.Add(line);
            }
        }

        return early;
    }

    private static bool IsLogWrite(string call) =>
        call.StartsWith("pwrite64(", StringComparison.Ordinal) && call.Contains("-wal>", StringComparison.Ordinal);

    [GeneratedRegex(@"^f(data)?sync\(.*-wal>.*\)\s+= 0$")]
    private static partial Regex Flush();
}
