using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Streams;
using OrleansAgents.Client;
using OrleansAgents.Client.Lifecycle;
using OrleansAgents.Events;
using OrleansAgents.Lifecycle;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>A silo keeps what is published for a moment only; who is later than that is told.</summary>
public sealed class LeftBehindTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_follower_that_a_stream_goes_on_without_is_sent_to_the_journals()
    {
        using var folder = new TempFolder();
        await using var journal = new SqliteJournal(folder.File("agents.db"));
        await using var silo = await TestSilo.StartAsync(journal, new Dictionary<string, string?>(), s => s.AddAgentsClient()
            .PostConfigure<StreamPullingAgentOptions>(LifecycleStream.Provider, o => o.MaxEventDeliveryTime = TimeSpan.FromMilliseconds(100)));
        using var renewed = new SemaphoreSlim(0);
        await using var following = silo.Services.GetRequiredService<LifecycleSource>().Follow(
            _ => throw new InvalidOperationException("It takes nothing."), () => renewed.Release());
        Assert.True(await renewed.WaitAsync(Patience), "It never subscribed.");
        var stream = LifecycleStream.Of(silo.Services.GetRequiredKeyedService<IStreamProvider>(LifecycleStream.Provider), 0);
        await stream.OnNextAsync(new JournalEvent("run_x", 1, DateTimeOffset.UtcNow, "run.created", null, []));
        Assert.True(await renewed.WaitAsync(Patience), "It was not told that an event was left out.");
    }

    [Fact]
    public async Task A_silo_keeps_what_is_published_for_seconds()
    {
        using var folder = new TempFolder();
        await using var journal = new SqliteJournal(folder.File("agents.db"));
        await using var silo = await TestSilo.StartAsync(journal, new Dictionary<string, string?>());
        var kept = silo.Services.GetRequiredService<IOptionsMonitor<StreamCacheEvictionOptions>>().Get(LifecycleStream.Provider);
        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10)), (kept.DataMinTimeInCache, kept.DataMaxAgeInCache));
    }
}
