using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Client.Live;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Tests.Doubles;
using OrleansAgents.Grains.Live;
using OrleansAgents.Silo;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using OrleansAgents.Testing.Viewers;
using Xunit;

namespace OrleansAgents.Gateway.Tests;

/// <summary>The live lane from a silo to gateways apart from it: held, lossy, taken up and left again and again.</summary>
public sealed class RemoteTailTests : IAsyncLifetime
{
    private const int Times = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TempFolder _folder = new();
    private readonly LaneFaults _lane = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _port = Ports.Free();
    private ModelServer _models = null!;
    private SqliteJournal _journal = null!;
    private TestSilo _silo = null!;
    private RemoteGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync(_ => new Reply().Text("one ", "two ").Wait(_gate.Task).Text("three ", "four").Finish("stop"));
        _journal = new SqliteJournal(_folder.File("agents.db"));
        _silo = await TestSilo.StartAsync(
            _journal, TestSilo.ModelAt(_models), s => s
                .AddAgent(new AgentDeclaration("plain", "Answers.", "Answer.", []))
                .AddSingleton<IOutgoingGrainCallFilter>(_lane),
            gatewayPort: _port);
        _gateway = await RemoteGateway.StartAsync(_port);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _silo.DisposeAsync();
        await _journal.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_last_event_lost_on_its_way_is_found_by_the_heartbeat()
    {
        _lane.Loses = item => item.Item.Event?.Type == "run.completed";
        var (run, viewers) = await WatchedAsync();
        _gate.SetResult();
        await CheckAsync(run, await Viewer.AllAsync(viewers));
        Assert.InRange(_lane.Lost, 1, int.MaxValue);
    }

    [Fact]
    public async Task A_gateway_that_takes_nothing_until_its_silo_has_forgotten_it_misses_nothing()
    {
        var (run, viewers) = await WatchedAsync();
        var held = new TaskCompletionSource();
        _lane.Open = held.Task;
        _gate.SetResult();
        await _silo.UntilEndedAsync(run);
        held.SetException(new TimeoutException("The gateway did not answer."));
        await UntilAsync(() => Lanes.Count == 0, () => $"the lane to be given up; there are {Lanes.Count}");
        _lane.Open = Task.CompletedTask;
        await CheckAsync(run, await Viewer.AllAsync(viewers));
    }

    [Fact]
    public async Task Runs_that_are_watched_and_left_again_and_again_leave_nothing_behind()
    {
        var runs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _silo.StartRunAsync("plain", "hi")));
        await Task.WhenAll(runs.Select(run => _silo.UntilAsync(run, v => v.Head == 3, "to be asking the model")));
        var hub = _silo.Services.GetRequiredService<LiveHub>();
        var before = hub.Count;
        for (var i = 0; i < Times; i++)
        {
            await LookAsync(i % 2 == 0 ? Watches.Sse : Watches.Hub, runs[i % 5]);
            if (i % 10 == 9)
            {
                await LeftAsync(hub, before);
            }
        }

        Assert.InRange(Lanes.Count, 0, 1);
    }

    [Fact]
    public async Task Attaching_again_and_again_and_gateways_that_come_and_go_leave_nothing_behind()
    {
        var (run, viewers) = await WatchedAsync();
        for (var i = 0; i < Times; i++)
        {
            _gateway.Tail.ReattachAll();
            Assert.InRange(Lanes.Count, 0, 1);
            Assert.InRange(Lanes.Carried, 0, 1);
        }

        for (var i = 0; i < 5; i++)
        {
            await using var other = await RemoteGateway.StartAsync(_port);
            await foreach (var told in Watches.Sse(other.Address, run, null, CancellationToken.None))
            {
                if (told.Event.GetProperty("type").GetString() == "model.delta")
                {
                    break;
                }
            }

            Assert.Equal(1, other.Tail.Attached);
        }

        // The run is silent: that they are gone is seen by asking them, whenever a new one comes.
        await UntilAsync(() => Lanes.Count <= 2, () => $"all but the last to be forgotten; there are {Lanes.Count}");
        _gate.SetResult();
        await CheckAsync(run, await Viewer.AllAsync(viewers));
        await UntilAsync(() => Lanes.Count == 1, () => $"gateways that are gone to be forgotten; there are {Lanes.Count}");
    }

    [Fact]
    public async Task Viewers_that_come_first_at_once_share_one_attachment()
    {
        await using var gateway = await RemoteGateway.StartAsync(_port);
        using var together = new Barrier(4);

        // Kept until they are counted: a sweep takes away what nobody watches.
        var watched = new ConcurrentBag<IDisposable>();
        for (var i = 0; i < Times; i++)
        {
            var run = JournalIds.NewRun();
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    together.SignalAndWait();
                    watched.Add(gateway.Tail.Subscribe(run));
                },
                TaskCreationOptions.LongRunning)));
        }

        await UntilAsync(() => Lanes.Carried == Times, () => $"{Times} journals to be carried; there are {Lanes.Carried}");
        Assert.Equal((1, Times, Times), (Lanes.Count, gateway.Tail.Attached, gateway.Tail.Topics));
        foreach (var subscription in watched)
        {
            subscription.Dispose();
        }

        gateway.Tail.Sweep();
        gateway.Tail.Sweep();
        Assert.Equal(0, gateway.Tail.Topics);
    }

    private LiveLanes Lanes => _silo.Services.GetRequiredService<LiveLanes>();

    /// <summary>A run in the middle of its answer, which is on every screen so far.</summary>
    private async Task<(string Run, List<Task<Viewer>> Viewers)> WatchedAsync()
    {
        var run = await _silo.StartRunAsync("plain", "hi");
        var audience = new Audience(4);
        var viewers = new[] { Watches.Sse, (Watch)Watches.Hub, Watches.Sse, Watches.Hub }.Select(watch => new Viewer(watch, run, () => _gateway.Address)
        {
            Stays = told =>
            {
                audience.Heard(told);
                return true;
            },
        }.UntilAsync("run.completed")).ToList();
        await audience.AllAsync(1, 1, "one two ".Length).WaitAsync(Patience);
        return (run, viewers);
    }

    private async Task CheckAsync(string run, Viewer[] viewers)
    {
        var head = (await _silo.UntilEndedAsync(run)).Head;
        Assert.All(viewers, v => Assert.Equal((1, head), (v.Connections, v.Transcript.Of(run).Count)));
        Assert.All(viewers, v => Assert.Contains("1, 1): one two three four", v.Transcript.ToString(), StringComparison.Ordinal));
        Assert.Single(viewers.Select(v => v.Transcript.ToString()).Distinct());
    }

    private async Task LookAsync(Watch watch, string run)
    {
        await using var stream = watch(_gateway.Address, run, null, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync());
    }

    /// <summary>Nobody watches: two sweeps later nothing is left of it, here or in the silo.</summary>
    private async Task LeftAsync(LiveHub hub, int before)
    {
        await UntilAsync(() => _gateway.Tail.Followed.Count == 0, () => "the gateway to see that all viewers have left");
        _gateway.Tail.Sweep();
        _gateway.Tail.Sweep();
        Assert.Equal(0, _gateway.Tail.Attached);
        await UntilAsync(() => (Lanes.Carried, hub.Count) == (0, before), () => $"the silo to carry nothing; it carries {Lanes.Carried} of {hub.Count}");
    }

    private static async Task UntilAsync(Func<bool> wanted, Func<string> what)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!wanted())
        {
            Assert.False(patience.IsCancellationRequested, $"Waited {Patience.TotalSeconds} s for {what()}.");
            await Task.Delay(10);
        }
    }
}
