using System.Globalization;
using OrleansAgents.EventHubs;
using OrleansAgents.Runs;
using OrleansAgents.Silo;
using OrleansAgents.Testing;

namespace OrleansAgents.Azure.Tests;

/// <summary>Storage and an event hub as servers of their own, and the settings with which silos, gateways and services use them.</summary>
internal sealed class AzureCluster : IAsyncDisposable
{
    private readonly string _cluster = Guid.NewGuid().ToString("n");
    private readonly int _siloPort = Ports.Free();
    private readonly int _gatewayPort = Ports.Free();

    private AzureCluster(Azurite storage, EventHubServer hub) => (Storage, Hub) = (storage, hub);

    public Azurite Storage { get; }

    public EventHubServer Hub { get; }

    public TempFolder Folder { get; } = new();

    /// <summary>Where the silo's witness writes.</summary>
    public string WitnessFile => Folder.File("witness.txt");

    public static async Task<AzureCluster> StartAsync() => new(await Azurite.StartAsync(), EventHubServer.Start("run-events", partitions: 4));

    /// <summary>The settings of every process of the cluster.</summary>
    /// <param name="more">Further keys, or others in place of these.</param>
    public Dictionary<string, string> Settings(params (string Key, string Value)[] more)
    {
        var settings = new Dictionary<string, string>
        {
            ["Azure__Storage__ConnectionString"] = Storage.ConnectionString,
            ["Azure__EventHubs__ConnectionString"] = Hub.ConnectionString,
            ["Orleans__ClusterId"] = _cluster,
            ["Orleans__ServiceId"] = _cluster,
            ["Orleans__Endpoints__AdvertisedIPAddress"] = "127.0.0.1",
            ["Models__default__Pace"] = "0",
        };
        foreach (var (key, value) in more)
        {
            settings[key] = value;
        }

        return settings;
    }

    /// <summary>The silo with a witness in it, see <see cref="WitnessFile"/>.</summary>
    public Task<ServiceProgram> WitnessedSiloAsync(params (string Key, string Value)[] more) => ServiceProgram.PublishedAsync(
        Path.Combine(Repository.Root, "tests", "Azure.Silo", "bin", Repository.Configuration, "net10.0", "OrleansAgents.Azure.Silo.dll"),
        Settings([
            .. more, ("Storage__ConnectionString", Folder.File("agents.db")), ("Witness__File", WitnessFile),
            ("Orleans__Endpoints__SiloPort", $"{_siloPort}"), ("Orleans__Endpoints__GatewayPort", $"{_gatewayPort}")]));

    /// <summary>It finds the silo in the cluster's table.</summary>
    public Task<ServiceProgram> GatewayAsync() => ServiceProgram.GatewayAsync(1, Settings());

    /// <summary>The sample service, as a process.</summary>
    public Task<ServiceProgram> WorkerAsync() => ServiceProgram.PublishedAsync(
        Path.Combine(Repository.Root, "samples", "Worker", "bin", Repository.Configuration, "net10.0", "Worker.dll"), Settings());

    /// <summary>Waits until the stream alone has brought every event of the runs into the silo.</summary>
    /// <exception cref="TimeoutException">Nothing has come for a while, and events are missing.</exception>
    public async Task WitnessedAsync(IReadOnlyList<RunView> views, IReadOnlyList<string> runs)
    {
        for (var (before, quiet) = (-1, 0); ; await Task.Delay(500))
        {
            var lines = File.Exists(WitnessFile) ? await File.ReadAllLinesAsync(WitnessFile) : [];
            var seen = lines.Select(line => line.Split(' ')).Where(words => words.Length == 3).ToLookup(words => words[0], words => long.Parse(words[1], CultureInfo.InvariantCulture));
            var missing = runs.Zip(views).Sum(run => run.Second.Head - seen[run.First].Distinct().Count());
            if (missing == 0)
            {
                return;
            }

            (before, quiet) = (lines.Length, lines.Length == before ? quiet + 1 : 0);
            if (quiet == 40)
            {
                throw new TimeoutException($"Nothing has come for 20 s; {missing} events are missing.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Storage.DisposeAsync();
        Folder.Dispose();
    }
}
