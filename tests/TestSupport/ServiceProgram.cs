using System.Collections.Concurrent;
using System.Diagnostics;

namespace OrleansAgents.Testing;

/// <summary>One of the programs as it is delivered, started in the repository's folder.</summary>
internal sealed class ServiceProgram : IAsyncDisposable
{
    private const string Ready = " is ready";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _dll;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly string[] _prefix;
    private readonly ConcurrentQueue<string> _said = new();
    private Process _process = null!;

    private ServiceProgram(string dll, IReadOnlyDictionary<string, string> settings, string[] prefix) =>
        (_dll, _settings, _prefix) = (dll, settings, prefix);

    /// <summary>Speaks to the program that runs at present; null for a silo.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Silo and gateway in one process, on a port of its own.</summary>
    /// <param name="data">Path of the journal file.</param>
    /// <param name="settings">Further environment.</param>
    /// <param name="prefix">A command that runs it, such as a tracer; empty to run it as it is.</param>
    public static Task<ServiceProgram> StandaloneAsync(
        string data, IReadOnlyDictionary<string, string>? settings = null, params string[] prefix) => StartAsync(
        Dll("Standalone", "Standalone.dll"),
        new(settings ?? new Dictionary<string, string>()) { ["ASPNETCORE_URLS"] = "http://127.0.0.1:0", ["Storage__ConnectionString"] = data },
        prefix);

    /// <summary>A sample that hosts agents of its own, on a port of its own.</summary>
    public static Task<ServiceProgram> SampleAsync(string name, string data, IReadOnlyDictionary<string, string> settings) => ProgramAsync(
        Path.Combine(Repository.Root, "samples", name, "bin", Repository.Configuration, "net10.0", $"{name}.dll"), data, settings);

    /// <summary>Somebody else's program that hosts agents, on a port of its own.</summary>
    public static Task<ServiceProgram> ProgramAsync(string dll, string data, IReadOnlyDictionary<string, string> settings) => StartAsync(
        dll, new(settings) { ["ASPNETCORE_URLS"] = "http://127.0.0.1:0", ["Storage__ConnectionString"] = data }, []);

    /// <param name="port">Where gateways reach it.</param>
    public static Task<ServiceProgram> SiloAsync(string data, int siloPort, int port, IReadOnlyDictionary<string, string>? settings = null) => StartAsync(
        Dll("Silo", "OrleansAgents.Silo.dll"),
        new(settings ?? new Dictionary<string, string>())
        {
            ["Storage__ConnectionString"] = data,
            ["Orleans__Endpoints__SiloPort"] = $"{siloPort}",
            ["Orleans__Endpoints__GatewayPort"] = $"{port}",
        },
        []);

    /// <param name="port">Where the silo is reached.</param>
    public static Task<ServiceProgram> GatewayAsync(int port, IReadOnlyDictionary<string, string>? settings = null) => StartAsync(
        Dll("Gateway", "OrleansAgents.Gateway.dll"),
        new(settings ?? new Dictionary<string, string>()) { ["ASPNETCORE_URLS"] = "http://127.0.0.1:0", ["Orleans__Endpoints__GatewayPort"] = $"{port}" },
        []);

    /// <summary>A program that was published, with settings of its own.</summary>
    public static Task<ServiceProgram> PublishedAsync(string dll, IReadOnlyDictionary<string, string> settings) => StartAsync(dll, new(settings), []);

    /// <summary>The lines of its console so far.</summary>
    public IReadOnlyList<string> Said => [.. _said];

    /// <summary>Waits until its console has it.</summary>
    public async Task SaysAsync(Func<IReadOnlyList<string>, bool> wanted, string what)
    {
        for (var began = Stopwatch.GetTimestamp(); !wanted(Said); await Task.Delay(50))
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new TimeoutException($"Waited {Patience.TotalSeconds} s for {Path.GetFileName(_dll)} to say {what}; it has said {Said.Count} lines.");
            }
        }
    }

    /// <summary>The process that runs at present, for a profiler.</summary>
    public int ProcessId => _process.Id;

    /// <summary>CPU time that the process has used.</summary>
    public TimeSpan Cpu => Read(p => p.TotalProcessorTime);

    /// <summary>Bytes of memory that the process holds.</summary>
    public long WorkingSet => Read(p => p.WorkingSet64);

    /// <summary>The most memory that the process has had.</summary>
    public long PeakMiB => Read(p => p.PeakWorkingSet64 >> 20);

    /// <summary>The response, once its headers are there.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return response.EnsureSuccessStatusCode();
    }

    public async Task KillAndStartAgainAsync()
    {
        await KillAsync();
        await LaunchAsync();
    }

    /// <summary>kill -9; nothing takes its place.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        Client?.Dispose();
    }

    /// <summary>Stops it where it stands, without its knowing.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    /// <summary>Lets it go on.</summary>
    public Task ThawAsync() => SignalAsync("CONT");

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private T Read<T>(Func<Process, T> figure)
    {
        _process.Refresh();
        return figure(_process);
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("bash", ["-c", $"kill -{signal} {_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    private static string Dll(string project, string name) =>
        Path.Combine(Repository.Root, "src", project, "bin", Repository.Configuration, "net10.0", name);

    private static async Task<ServiceProgram> StartAsync(string dll, Dictionary<string, string> settings, string[] prefix)
    {
        var program = new ServiceProgram(dll, settings, prefix);
        await program.LaunchAsync();
        return program;
    }

    private async Task LaunchAsync()
    {
        string[] line = [.. _prefix, Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", _dll];
        var start = new ProcessStartInfo(line[0], line[1..]) { WorkingDirectory = Repository.Root, RedirectStandardOutput = true };
        foreach (var (name, value) in _settings)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        try
        {
            if (await ReadyAsync().WaitAsync(Patience) is { } address)
            {
                Client = new() { BaseAddress = address, Timeout = Patience };
            }
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited {Patience.TotalSeconds} s for {Path.GetFileName(_dll)} to say that it is ready.");
        }
    }

    private async Task ListenAsync(StreamReader console)
    {
        while (await console.ReadLineAsync() is { } line)
        {
            _said.Enqueue(line);
        }
    }

    /// <summary>The address that the ready line names, or null.</summary>
    private async Task<Uri?> ReadyAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _said.Enqueue(line);
            if (line.Contains(Ready, StringComparison.Ordinal))
            {
                // What it says later is read too, or a full pipe would stop it.
                _ = ListenAsync(_process.StandardOutput);
                var address = line.Split(' ').FirstOrDefault(w => w.StartsWith("http://", StringComparison.Ordinal));
                return address is null ? null : new(new Uri(address).GetLeftPart(UriPartial.Authority));
            }
        }

        throw new InvalidOperationException("The program ended before it was ready.");
    }
}
