using System.Diagnostics;

namespace OrleansAgents.Testing;

/// <summary>A StoreProgram process that has a store open, and what it says.</summary>
internal sealed class StoreProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Process _process;
    private readonly List<string> _lines = [];

    /// <param name="prefix">A command that runs it, with its arguments; empty to run it as it is.</param>
    public StoreProcess(IEnumerable<string> prefix, params IEnumerable<string> arguments)
    {
        string[] line = [.. prefix, "dotnet", Path.Combine(AppContext.BaseDirectory, "OrleansAgents.StoreProgram.dll"), .. arguments];
        var start = new ProcessStartInfo(line[0], line[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        _process = Process.Start(start)!;
    }

    /// <summary>Everything that it has said so far.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Its own process, also below a prefix: it says so in its first line.</summary>
    public int Id => int.Parse(_lines[0].Split(' ')[1]);

    /// <summary>Reads until a line that starts so.</summary>
    public async Task<string> UntilAsync(string beginning)
    {
        while (await ReadAsync() is { } line)
        {
            if (line.StartsWith(beginning, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"The probe ended before it said '{beginning}': {string.Join(" | ", _lines.TakeLast(5))}");
    }

    public Task GoOnAsync() => _process.StandardInput.WriteLineAsync();

    /// <summary>Reads to its end.</summary>
    public async Task<int> EndAsync()
    {
        while (await ReadAsync() is not null)
        {
            // Kept in Lines.
        }

        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>As a power cut would: nothing of it runs any more.</summary>
    public async Task KillAsync()
    {
        using (var probe = Process.GetProcessById(Id))
        {
            probe.Kill();
        }

        await _process.WaitForExitAsync().WaitAsync(Patience);
    }

    /// <summary>The highest seq that it says is on disk.</summary>
    public long Acknowledged => _lines.Where(l => l.StartsWith("acked ", StringComparison.Ordinal)).Select(l => long.Parse(l[6..])).DefaultIfEmpty().Max();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private async Task<string?> ReadAsync()
    {
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        if (line is not null)
        {
            _lines.Add(line);
        }

        return line;
    }
}
