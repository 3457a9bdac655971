using System.Diagnostics;
using OrleansAgents.Testing;

namespace OrleansAgents.Benchmarks;

/// <summary>Where a process spends its CPU, kernel and runtime included, as Linux' <c>perf</c> samples it.</summary>
/// <remarks>The process needs <see cref="Settings"/>, or its compiled methods have no names.</remarks>
internal sealed class CpuProfile
{
    private const int SamplesPerSecond = 499;
    private const int Shown = 20;

    private readonly Counts _self = new();
    private readonly Counts _library = new();
    private readonly Counts _ours = new();

    /// <summary>Whether the machine has <c>perf</c>.</summary>
    public static bool IsPossible { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(p => File.Exists(Path.Combine(p, "perf")));

    /// <summary>Environment of the process: it writes the names of its methods where <c>perf</c> looks for them, and maps its code only once.</summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["DOTNET_PerfMapEnabled"] = "3",
        ["DOTNET_EnableWriteXorExecute"] = "0",
    };

    /// <summary>Samples the process while the work is done.</summary>
    public static async Task<CpuProfile> TakeAsync(int processId, Func<Task> workAsync)
    {
        using var folder = new TempFolder();
        var (data, names) = (folder.File("perf.data"), $"/tmp/perf-{processId}.map");
        using (var perf = Start($"record -q -N -F {SamplesPerSecond} -g -e cpu-clock -p {processId} -o {data}"))
        {
            await workAsync();
            using var stop = Process.Start("kill", ["-INT", $"{perf.Id}"]);
            await perf.WaitForExitAsync();
        }

        var profile = new CpuProfile();
        using (var script = Start($"script -i {data} --no-inline -F comm,ip,sym,dso"))
        {
            _ = script.StandardError.ReadToEndAsync();
            await profile.ReadAsync(script.StandardOutput);
        }

        File.Delete(names);
        return profile;
    }

    /// <summary>Prints three tables, largest first.</summary>
    /// <param name="micros">What one unit of work costs in all.</param>
    public void Print(string figure, double micros, string unit)
    {
        Console.WriteLine($"{figure}: {micros:0} µs of CPU a {unit} under the profiler, {_self.All} samples");
        _self.Print("runs itself", micros, Shown);
        _library.Print("nearest library that is not the base library, and our namespaces", micros, Shown);
        _ours.Print("nearest type of ours, with what it calls", micros, Shown);
    }

    private static Process Start(string arguments) => Process.Start(
        new ProcessStartInfo("perf", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    /// <summary>A sample is the thread's name, a frame a line from the innermost on, and an empty line.</summary>
    private async Task ReadAsync(StreamReader script)
    {
        var (thread, frames) = ("", new List<CpuFrame>());
        while (await script.ReadLineAsync() is { } line)
        {
            if (line.Length == 0)
            {
                Add(thread, frames);
                frames.Clear();
            }
            else if (char.IsWhiteSpace(line[0]) && line.TrimStart().Contains(' '))
            {
                frames.Add(CpuFrame.Parse(line.Trim()));
            }
            else
            {
                thread = line.Trim();
            }
        }
    }

    private void Add(string thread, List<CpuFrame> frames)
    {
        if (frames.Count == 0)
        {
            return;
        }

        _self.Add(frames[0].Module);
        _library.Add(frames.Find(f => f.IsLibrary)?.Library ?? $"none: thread {thread}, {frames.Find(f => f.IsSystemCall)?.Module ?? frames[0].Module}");
        _ours.Add(frames.Find(f => f.IsOurs)?.Type ?? "none");
    }

    private sealed class Counts
    {
        private readonly Dictionary<string, int> _counts = [];

        public int All { get; private set; }

        public void Add(string name)
        {
            _counts[name] = _counts.GetValueOrDefault(name) + 1;
            All++;
        }

        public void Print(string title, double micros, int most)
        {
            Console.WriteLine($"  {title}:");
            foreach (var (name, count) in _counts.OrderByDescending(c => c.Value).Take(most))
            {
                Console.WriteLine($"  {100.0 * count / All,6:0.0} % {micros * count / All,7:0.0} µs  {name}");
            }
        }
    }
}
