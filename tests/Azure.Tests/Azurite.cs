using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using OrleansAgents.Silo;
using OrleansAgents.Testing;

namespace OrleansAgents.Azure.Tests;

/// <summary>The tables of a storage account, served by Azurite on a port of its own.</summary>
/// <remarks>It may lose what it acknowledged when it is killed; it is stopped by SIGTERM here.</remarks>
internal sealed class Azurite : IAsyncDisposable
{
    private const string Account = "devstoreaccount1";

    /// <summary>The emulator's well-known key.</summary>
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TempFolder _folder = new();
    private readonly int _port = Ports.Free();
    private Process _process = null!;

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
        string[] line = [program, "--tableHost", "127.0.0.1", "--tablePort", _port.ToString(CultureInfo.InvariantCulture), "--location", _folder.File("tables"), "--skipApiVersionCheck", "--silent"];
        _process = Process.Start(new ProcessStartInfo("node", line) { WorkingDirectory = Path.GetDirectoryName(_folder.File("x")), RedirectStandardOutput = true })!;
        _ = _process.StandardOutput.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        while (!await ListensAsync())
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException("Azurite ended. Is it installed? npm ci in tests/Azure.Tests");
            }

            await Task.Delay(50, patience.Token);
        }
    }

    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", [_process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await StopAsync();
        }

        _process.Dispose();
        _folder.Dispose();
    }

    private string With(string key) =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={key};TableEndpoint=http://127.0.0.1:{_port}/{Account};";

    private async Task<bool> ListensAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
