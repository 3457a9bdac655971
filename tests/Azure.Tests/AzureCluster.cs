using System.Diagnostics;
using System.Globalization;
using OrleansAgents.EventHubsServer;
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
        Path.Combine(Repository.Root, "tests", "AzureSiloProgram", "bin", Repository.Configuration, "net10.0", "OrleansAgents.AzureSiloProgram.dll"),
        Settings([
            .. more, ("Storage__ConnectionString", Folder.File("agents.db")), ("Witness__File", WitnessFile),
            ("Orleans__Endpoints__SiloPort", $"{_siloPort}"), ("Orleans__Endpoints__GatewayPort", $"{_gatewayPort}")]));

    /// <summary>It finds the silo in the cluster's table.</summary>
    public Task<ServiceProgram> GatewayAsync() => ServiceProgram.GatewayAsync(1, Settings());

    /// <summary>The sample service, as a process.</summary>
    public Task<ServiceProgram> WorkerAsync() => ServiceProgram.PublishedAsync(
        Path.Combine(Repository.Root, "samples", "Worker", "bin", Repository.Configuration, "net10.0", "Worker.dll"), Settings());

    /// <summary>Waits until the stream alone has brought every event of the runs into the silo.</summary>
    /// <param name="quiet">How long nothing may come. Two minutes: the hub's client waits a minute for an answer that is lost before it asks again.</param>
    /// <exception cref="TimeoutException">Events are missing: it tells which, what the hub has, and what the silo said last.</exception>
    public async Task WitnessedAsync(ServiceProgram silo, IReadOnlyList<RunView> views, IReadOnlyList<string> runs, TimeSpan? quiet = null)
    {
        var patience = quiet ?? TimeSpan.FromMinutes(2);
        for (var (before, since) = (-1, Stopwatch.GetTimestamp()); ; await Task.Delay(500))
        {
            var lines = File.Exists(WitnessFile) ? await File.ReadAllLinesAsync(WitnessFile) : [];
            var seen = lines.Select(line => line.Split(' ')).Where(words => words.Length == 3).ToLookup(words => words[0], words => long.Parse(words[1], CultureInfo.InvariantCulture));
            var missing = runs.Zip(views).SelectMany(run => Seqs(run.Second.Head).Except(seen[run.First]).Select(seq => $"{run.First} {seq}")).ToList();
            if (missing.Count == 0)
            {
                return;
            }

            (before, since) = (lines.Length, lines.Length == before ? since : Stopwatch.GetTimestamp());
            if (Stopwatch.GetElapsedTime(since) > patience)
            {
                throw new TimeoutException(
                    $"Nothing has come for {patience.TotalSeconds} s; {missing.Count} events are missing: {string.Join(", ", missing.Take(20))}. "
                    + $"{lines.Length} came; the hub has {Hub.Count} messages. The silo said:\n"
                    + string.Join('\n', silo.Said.TakeLast(40)));
            }
        }
    }

    private static IEnumerable<long> Seqs(long head) => Enumerable.Range(1, (int)head).Select(seq => (long)seq);

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        await Storage.DisposeAsync();
        Folder.Dispose();
    }
}
