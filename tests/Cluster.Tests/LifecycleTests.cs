using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using OrleansAgents.Client;
using OrleansAgents.Client.Calls;
using OrleansAgents.Client.Lifecycle;
using OrleansAgents.Events;
using OrleansAgents.Lifecycle;
using OrleansAgents.Runs;
using OrleansAgents.Silo;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>An internal service in its own process's place: what it is told of runs, whatever dies.</summary>
public sealed class LifecycleTests : IAsyncLifetime
{
    private const int Rounds = 3;
    private const int RunsPerRound = 120;
    private readonly TempFolder _folder = new();
    private readonly int _port = Ports.Free();
    private ServiceProgram _silo = null!;

    public async ValueTask InitializeAsync() => _silo = await ServiceProgram.SiloAsync(
        _folder.File("agents.db"), Ports.Free(), _port, new Dictionary<string, string> { ["Models__default__Pace"] = "0" });

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_consumer_sees_every_event_once_and_in_order_though_the_silo_is_killed_at_work()
    {
        await using var service = await StartServiceAsync();
        var agents = service.Services.GetRequiredService<AgentsClient>();
        var runs = new List<string>();
        for (var round = 0; round < Rounds; round++)
        {
            runs.AddRange(await Task.WhenAll(Enumerable.Range(0, RunsPerRound).Select(_ => agents.StartAsync(new("docs", "What is a step?")))));
            await agents.WaitAsync(runs[^1], TimeSpan.FromSeconds(60));
            await _silo.KillAndStartAgainAsync();
        }

        var seen = service.Services.GetRequiredService<Seen>();
        foreach (var run in runs)
        {
            var view = await agents.WaitAsync(run, TimeSpan.FromSeconds(60));
            Assert.Equal(RunStatus.Completed, view.Status);
            await seen.EndOf(run).WaitAsync(TimeSpan.FromSeconds(60));
            Assert.Equal(Enumerable.Range(1, (int)view.Head).Select(seq => (long)seq), seen.Of(run).Select(e => e.Seq));
        }
    }

    [Fact]
    public async Task A_consumer_that_was_away_goes_on_where_it_was()
    {
        string before, meanwhile;
        DateTimeOffset saved;
        await using (var first = await StartServiceAsync())
        {
            var agents = first.Services.GetRequiredService<AgentsClient>();
            before = await agents.StartAsync(new("docs", "What is a run?"));
            await first.Services.GetRequiredService<Seen>().EndOf(before).WaitAsync(TimeSpan.FromSeconds(60));
            saved = DateTimeOffset.UtcNow;
        }

        await using (var other = await StartServiceAsync(consumer: false))
        {
            meanwhile = await other.Services.GetRequiredService<AgentsClient>().StartAsync(new("docs", "What is a step?"));
        }

        await using var second = await StartServiceAsync(saved);
        var seen = second.Services.GetRequiredService<Seen>();
        await seen.EndOf(meanwhile).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Empty(seen.Of(before));
        Assert.Equal(1, seen.Of(meanwhile)[0].Seq);
    }

    [Fact]
    public async Task The_client_starts_once_watches_from_any_place_waits_and_is_told_what_is_refused()
    {
        await using var service = await StartServiceAsync(consumer: false);
        var agents = service.Services.GetRequiredService<AgentsClient>();
        var run = await agents.StartAsync(new("docs", "What is a run?"), "order-1");
        Assert.Equal(run, await agents.StartAsync(new("docs", "What is a run?"), "order-1"));
        var view = await agents.WaitAsync(run, TimeSpan.FromSeconds(60));
        Assert.Equal(RunStatus.Completed, view.Status);

        var whole = await agents.WatchAsync(run).ToListAsync();
        Assert.Equal(view.Head, whole.Count(i => i.Event is not null));
        for (var place = 0; place < whole.Count; place++)
        {
            var rest = await agents.WatchAsync(run, whole[place].Cursor).ToListAsync();
            Assert.Equal(whole.Skip(place + 1).Select(i => i.Cursor), rest.Select(i => i.Cursor));
        }

        var refusal = await Assert.ThrowsAsync<RefusedException>(() => agents.PauseAsync(run));
        Assert.Equal(ProblemCodes.InvalidState, refusal.Problem.Code);
        refusal = await Assert.ThrowsAsync<RefusedException>(() => agents.As(new("local", "somebody")).ViewAsync(run));
        Assert.Equal(ProblemCodes.RunNotFound, refusal.Problem.Code);
    }

    [Fact]
    public async Task Followers_that_come_and_go_a_hundred_times_leave_no_subscription_behind()
    {
        await using var service = await StartServiceAsync(consumer: false);
        var source = service.Services.GetRequiredService<LifecycleSource>();
        var cluster = service.Services.GetRequiredService<ClusterWatch>();
        for (var cycle = 0; cycle < 50; cycle++)
        {
            var renewed = new SemaphoreSlim(0);
            await using var one = source.Follow(_ => { }, () => renewed.Release());
            Assert.True(await renewed.WaitAsync(TimeSpan.FromSeconds(60)));
            await using var two = source.Follow(_ => { }, () => { });
            Assert.Equal(LifecycleStream.Shards, await SubscriptionsAsync());
            cluster.Reconnect();
            Assert.True(await renewed.WaitAsync(TimeSpan.FromSeconds(60)));
            Assert.Equal((LifecycleStream.Shards, 0), (await SubscriptionsAsync(), renewed.CurrentCount));
        }

        Assert.Equal(0, await SubscriptionsAsync());

        async Task<int> SubscriptionsAsync()
        {
            var provider = service.Services.GetRequiredKeyedService<IStreamProvider>(LifecycleStream.Provider);
            var all = await Task.WhenAll(
                Enumerable.Range(0, LifecycleStream.Shards).Select(shard => LifecycleStream.Of(provider, shard).GetAllSubscriptionHandles()));
            return all.Sum(handles => handles.Count);
        }
    }

    private async Task<Service> StartServiceAsync(DateTimeOffset? since = null, bool consumer = true)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Error).AddConsole();
        builder.UseOrleansClient(client => client.UseLocalhostClustering(_port).AddAgentsClient());
        builder.Services.AddSingleton(new Seen(since));
        if (consumer)
        {
            builder.Services.AddHostedService<Recorder>();
        }

        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    private sealed class Service(IHost host) : IAsyncDisposable
    {
        public IServiceProvider Services => host.Services;

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
        }
    }

    private sealed class Recorder(LifecycleSource source, Seen seen) : LifecycleConsumer(source)
    {
        protected override Task HandleAsync(JournalEvent e, CancellationToken stopping)
        {
            seen.Add(e);
            return Task.CompletedTask;
        }

        protected override Task<DateTimeOffset?> LoadAsync(CancellationToken stopping) => Task.FromResult(seen.Since);
    }

    private sealed class Seen(DateTimeOffset? since)
    {
        private readonly ConcurrentDictionary<string, List<JournalEvent>> _events = new();
        private readonly ConcurrentDictionary<string, TaskCompletionSource> _ends = new();

        public DateTimeOffset? Since => since;

        public List<JournalEvent> Of(string run) => _events.GetValueOrDefault(run) ?? [];

        public Task EndOf(string run) => End(run).Task;

        public void Add(JournalEvent e)
        {
            _events.GetOrAdd(e.JournalId, _ => []).Add(e);
            if (e.Decode() is RunCompleted)
            {
                End(e.JournalId).TrySetResult();
            }
        }

        private TaskCompletionSource End(string run) =>
            _ends.GetOrAdd(run, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
