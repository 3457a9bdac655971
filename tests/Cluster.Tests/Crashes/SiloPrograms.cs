using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansAgents.SiloProgram;

namespace OrleansAgents.Cluster.Tests.Crashes;

/// <summary>A silo that is told what to do, somewhere.</summary>
internal interface ISiloProgram : IAsyncDisposable
{
    /// <exception cref="ProgramDiedException">Its process ended before it answered.</exception>
    Task<Told> AskAsync(Ask ask);
}

internal sealed class ProgramDiedException(string message) : Exception(message);

/// <summary>In this process: a crash is an exception out of the journal.</summary>
internal sealed class LocalSilo(ProgramHost host) : ISiloProgram
{
    public Task<Told> AskAsync(Ask ask) => host.HandleAsync(ask);

    public ValueTask DisposeAsync() => host.DisposeAsync();
}

/// <summary>A process of its own: a crash is kill -9.</summary>
internal sealed class SiloProcess : ISiloProgram
{
    private readonly Process _process;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<Told>> _asked = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly TaskCompletionSource<Told> _ready = new();
    private readonly Lock _lock = new();
    private readonly Task _reading;
    private long _no;

    private SiloProcess(Process process)
    {
        _process = process;
        _process.ErrorDataReceived += (_, e) => _errors.Enqueue(e.Data ?? "");
        _process.BeginErrorReadLine();
        _asked[0] = _ready;
        _reading = Task.Run(ReadAsync);
    }

    public static async Task<ISiloProgram> StartAsync(ProgramSettings settings)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(typeof(ProgramHost).Assembly.Location);
        start.ArgumentList.Add(settings.Folder);
        start.ArgumentList.Add(settings.Model.ToString());
        start.ArgumentList.Add(settings.Client);
        var program = new SiloProcess(Process.Start(start)!);
        await program._ready.Task;
        return program;
    }

    public async Task<Told> AskAsync(Ask ask)
    {
        var answer = new TaskCompletionSource<Told>(TaskCreationOptions.RunContinuationsAsynchronously);
        var no = Interlocked.Increment(ref _no);
        _asked[no] = answer;
        try
        {
            lock (_lock)
            {
                _process.StandardInput.WriteLine(Wire.Line(ask with { No = no }));
                _process.StandardInput.Flush();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It is dead or already put away; the reader has ended or is about to.
        }

        await Task.WhenAny(answer.Task, _reading);
        return answer.Task.IsCompleted ? await answer.Task : throw Died();
    }

    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Heard(line) is { } told && _asked.TryRemove(told.No, out var answer))
            {
                answer.TrySetResult(told);
            }
        }

        // The file lock is free only when the process is really gone.
        await _process.WaitForExitAsync();
        foreach (var answer in _asked.Values)
        {
            answer.TrySetException(Died());
        }
    }

    /// <summary>Null for the last line of a process that was killed in the middle of it.</summary>
    private static Told? Heard(string line)
    {
        try
        {
            return Wire.Read<Told>(line);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private ProgramDiedException Died() => new($"The program ended. It said: {string.Join('\n', _errors.TakeLast(20))}");
}
