// OrleansAgents as processes of their own, with a dashboard. Profiles: local (a SQLite file alone), azure (below).
//
//   browser ──▶ gateway-1, gateway-2 ──▶ silo ──▶ data/agents.db (journals)
//                        │                │
//   worker ◀── hub ◀─────┴── tables ──────┘        tables: members, subscriptions, checkpoints
//                                                  hub: lifecycle events
var builder = DistributedApplication.CreateBuilder(args);
var cluster = new Cluster(builder);

var silo = cluster.Join(builder.AddProject<Projects.Silo>("silo"));

// Not proxied: an address is the one that it tells, and a stream runs through nothing in between.
foreach (var (name, port) in new[] { ("gateway-1", 5080), ("gateway-2", 5081) })
{
    cluster.Join(builder.AddProject<Projects.Gateway>(name))
        .WithHttpEndpoint(port: port, isProxied: false)
        .WithHttpHealthCheck("/health/ready")
        .WaitFor(silo);
}

cluster.Join(builder.AddProject<Projects.Worker>("worker")).WaitFor(silo);

builder.Build().Run();
