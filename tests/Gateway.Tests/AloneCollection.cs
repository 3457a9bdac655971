using Xunit;

namespace OrleansAgents.Gateway.Tests;

/// <summary>Tests that measure what the process allocates: no other test runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
