// OrleansAgents as processes of their own, with a dashboard. Untested: README.md beside this file.
//
//   browser ──▶ gateway ──▶ silo ──▶ data/agents.db (journals)
//                   │         │
//                   └────┬────┘
//          Storage tables · Event Hubs            (with --Emulators=true)
var builder = DistributedApplication.CreateBuilder(args);

var silo = builder.AddProject<Projects.Silo>("silo");

// Not proxied: its address is the one that it tells, and a stream runs through nothing in between.
var gateway = builder.AddProject<Projects.Gateway>("gateway")
    .WithHttpEndpoint(port: 5080, isProxied: false)
    .WithHttpHealthCheck("/health/ready")
    .WaitFor(silo);

if (builder.Configuration["Emulators"] == "true")
{
    var storage = builder.AddAzureStorage("storage").RunAsEmulator();
    var tables = storage.AddTables("tables");
    var eventHubs = builder.AddAzureEventHubs("event-hubs").RunAsEmulator();
    eventHubs.AddHub("run-events").WithProperties(hub => hub.PartitionCount = 4);

    // Read by hosts that are built with src/Azure; today's silo and gateway do not look at these keys.
    foreach (var host in new[] { silo, gateway })
    {
        host.WithEnvironment("Azure__Storage__ConnectionString", tables.Resource.ConnectionStringExpression)
            .WithEnvironment("Azure__EventHubs__ConnectionString", eventHubs.Resource.ConnectionStringExpression)
            .WaitFor(storage)
            .WaitFor(eventHubs);
    }
}

builder.Build().Run();
