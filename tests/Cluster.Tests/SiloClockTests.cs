using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>A silo lives by the system's clock, whatever a test does to its own: by another it would find its own start long past, and end the process.</summary>
public sealed class SiloClockTests
{
    [Fact]
    public async Task A_clock_that_a_test_holds_is_not_the_one_a_silo_lives_by()
    {
        using var folder = new TempFolder();
        await using var journal = new SqliteJournal(folder.File("agents.db"));
        var settings = new Dictionary<string, string?> { ["Workspace:Path"] = Path.GetDirectoryName(folder.File("x")) };
        var clock = new FrozenClock();
        await using var silo = await TestSilo.StartAsync(journal, settings, s => s.AddSingleton<TimeProvider>(clock));

        Assert.Same(clock, silo.Services.GetRequiredService<TimeProvider>());
        Assert.Same(TimeProvider.System, silo.Services.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.Membership));
    }
}
