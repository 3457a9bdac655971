using Aspire.Hosting.Orleans;

/// <summary>What silo, gateways and services share: in the profile <c>azure</c> storage tables and an event hub, else nothing but this machine.</summary>
internal sealed class Cluster
{
    /// <summary>The key of Azurite, which everybody knows.</summary>
    private const string AzuriteKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private const string AzuriteAccount = "devstoreaccount1";
    private const int TablesPort = 15102;
    private const int HubPort = 15103;

    private readonly OrleansService? _orleans;
    private readonly IResourceBuilder<IResourceWithConnectionString>? _tables;
    private readonly IResourceBuilder<IResource>[] _servers = [];

    public Cluster(IDistributedApplicationBuilder builder)
    {
        if (builder.Configuration["Profile"] != "azure")
        {
            return;
        }

        _tables = builder.AddConnectionString("tables", ReferenceExpression.Create(
            $"DefaultEndpointsProtocol=http;AccountName={AzuriteAccount};AccountKey={AzuriteKey};TableEndpoint=http://127.0.0.1:{TablesPort.ToString()}/{AzuriteAccount};"));
        _orleans = builder.AddOrleans("orleans").WithClustering(_tables.WithOrleansProviderType("AzureTableStorage"));
        _servers = builder.Configuration["Containers"] == "true" ? Containers(builder) : Programs(builder);
    }

    /// <summary>The process finds the others, and waits until what they share is there.</summary>
    public IResourceBuilder<ProjectResource> Join(IResourceBuilder<ProjectResource> process)
    {
        if (_orleans is null)
        {
            return process;
        }

        process = process.Resource.Name == "silo" ? process.WithReference(_orleans) : process.WithReference(_orleans.AsClient());
        foreach (var server in _servers)
        {
            process.WaitFor(server);
        }

        return process
            .WithEnvironment("Azure__Storage__ConnectionString", _tables!)
            .WithEnvironment("Azure__EventHubs__ConnectionString", $"Endpoint=sb://127.0.0.1:{HubPort.ToString()};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;")
            .WithEnvironment("Orleans__Endpoints__AdvertisedIPAddress", "127.0.0.1");
    }

    /// <summary>Azurite from npm, and the tests' stand-in for Event Hubs.</summary>
    private static IResourceBuilder<IResource>[] Programs(IDistributedApplicationBuilder builder)
    {
        const string Azurite = "node_modules/azurite/dist/src/table/main.js";
        var folder = Path.Combine(builder.AppHostDirectory, "..", "tests", "Azure.Tests");
        if (!File.Exists(Path.Combine(folder, Azurite)))
        {
            throw new DistributedApplicationException("Azurite is not installed; run npm ci in tests/Azure.Tests.");
        }

        return
        [
            builder.AddExecutable("storage", "node", folder, Azurite, "--tableHost", "127.0.0.1", "--tablePort", $"{TablesPort}", "--inMemoryPersistence", "--skipApiVersionCheck", "--silent")
                .WithHttpEndpoint(port: TablesPort, isProxied: false)
                .WithHttpHealthCheck($"/{AzuriteAccount}/Tables", 403),
            builder.AddProject<Projects.EventHubsServer>("event-hub").WithArgs("--port", $"{HubPort}", "--hub", "run-events", "--partitions", "4"),
        ];
    }

    /// <summary>Microsoft's emulators, by a container engine. Untested.</summary>
    private static IResourceBuilder<IResource>[] Containers(IDistributedApplicationBuilder builder) =>
    [
        builder.AddContainer("storage", "mcr.microsoft.com/azure-storage/azurite").WithArgs("azurite-table", "--tableHost", "0.0.0.0", "--skipApiVersionCheck").WithEndpoint(TablesPort, 10002, isProxied: false),
        builder.AddContainer("event-hub", "mcr.microsoft.com/azure-messaging/eventhubs-emulator")
            .WithEnvironment("ACCEPT_EULA", "Y").WithBindMount("emulator.json", "/Eventhubs_Emulator/ConfigFiles/Config.json").WithEndpoint(HubPort, 5672, isProxied: false),
    ];
}
