using System.Diagnostics;
using System.Globalization;
using OrleansAgents.Silo;
using OrleansAgents.Testing;

namespace OrleansAgents.Azure.Tests;

/// <summary>The tables of a storage account, served by Azurite on a port of its own.</summary>
/// <remarks>It acknowledges a write before it saves it, so that a kill loses data; see <see cref="StopAsync"/>.</remarks>
internal sealed class Azurite : IAsyncDisposable
{
    private const string Account = "devstoreaccount1";

    /// <summary>The emulator's well-known key.</summary>
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>Azurite prints it when it listens. SIGINT before that ends the process at once.</summary>
    private const string Started = "successfully started";

    /// <summary>Azurite prints it after SIGINT, when its tables are saved. The process itself ends only when every client has disconnected.</summary>
    private const string Saved = "successfully closed";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TempFolder _folder = new();
    private readonly int _port = Ports.Free();
    private Process _process = null!;
    private Task _saved = Task.CompletedTask;

    private Azurite()
    {
    }

    public string ConnectionString => With(Key);

    /// <summary>With a key that the account does not have.</summary>
    public string WithWrongKey => With(Convert.ToBase64String(new byte[64]));

    public static async Task<Azurite> StartAsync()
    {
        var azurite = new Azurite();
        await azurite.StartAgainAsync();
        return azurite;
    }

    /// <summary>With the data that it had.</summary>
    public async Task StartAgainAsync()
    {
        var program = Path.Combine(Repository.Root, "tests", "Azure.Tests", "node_modules", "azurite", "dist", "src", "table", "main.js");
        string[] line = [program, "--tableHost", "127.0.0.1", "--tablePort", _port.ToString(CultureInfo.InvariantCulture), "--location", _folder.File("tables"), "--skipApiVersionCheck", "--silent", "--disableTelemetry"];
        _process = Process.Start(new ProcessStartInfo("node", line) { WorkingDirectory = Path.GetDirectoryName(_folder.File("x")), RedirectStandardOutput = true })!;
        TaskCompletionSource started = new(), saved = new();
        _ = ReadAsync(_process.StandardOutput, started, saved);
        await started.Task.WaitAsync(Patience);
        _saved = saved.Task;
    }

    /// <summary>Ends it after it has saved what it acknowledged.</summary>
    public async Task StopAsync()
    {
        using var interrupt = Process.Start("kill", ["-INT", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await interrupt.WaitForExitAsync();
        await _saved.WaitAsync(Patience);
        await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await EndAsync();
        }

        _process.Dispose();
        _folder.Dispose();
    }

    private static async Task ReadAsync(StreamReader console, TaskCompletionSource started, TaskCompletionSource saved)
    {
        while (await console.ReadLineAsync() is { } line)
        {
            if (line.Contains(Started, StringComparison.Ordinal))
            {
                started.TrySetResult();
            }
            else if (line.Contains(Saved, StringComparison.Ordinal))
            {
                saved.TrySetResult();
            }
        }

        started.TrySetException(new InvalidOperationException("Azurite did not start. Is it installed? npm ci in tests/Azure.Tests"));
        saved.TrySetException(new InvalidOperationException("Azurite ended before it had saved its tables."));
    }

    private async Task EndAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    private string With(string key) =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={key};TableEndpoint=http://127.0.0.1:{_port}/{Account};";
}
