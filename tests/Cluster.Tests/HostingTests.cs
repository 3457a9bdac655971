using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>When activations live and when they go.</summary>
public sealed class HostingTests : IAsyncLifetime
{
    private const int Many = 1_000;
    private readonly TempFolder _folder = new();
    private ModelServer _models = null!;
    private CountingJournal _journal = null!;
    private SqliteJournal _store = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync(_ => new Reply().Text("ok").Finish("stop"));
        _store = new SqliteJournal(_folder.File("agents.db"));
        _journal = new CountingJournal(_store);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_run_with_effects_in_flight_is_not_collected_however_long_they_take()
    {
        var gate = new TaskCompletionSource();
        _models.Reply(r => r.Text("slow").Wait(gate.Task).Finish("stop"));
        await using var silo = await SiloAsync(s => s.Configure<GrainCollectionOptions>(o =>
        {
            o.CollectionQuantum = TimeSpan.FromSeconds(1);
            o.CollectionAge = TimeSpan.FromSeconds(2);
        }));
        var id = await silo.StartRunAsync("plain", "wait");
        await silo.UntilAsync(id, v => v.Head == 3, "to ask the model");

        // Idle collection itself is the clock here: another activation must have come and gone twice.
        await CollectedAsync(silo);
        await CollectedAsync(silo);

        Assert.True(silo.Services.GetRequiredService<LocalRuns>().Contains(id));
        gate.SetResult();
        Assert.Equal(RunStatus.Completed, (await silo.UntilEndedAsync(id)).Status);
        Assert.Equal(1, _journal.AcquiredOf(id));
    }

    [Fact]
    public async Task A_thousand_waiting_runs_hold_no_activation()
    {
        _models.Script(_ => new Reply().Error(401, "no such key"));
        await using var silo = await SiloAsync();
        var ids = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => silo.StartRunAsync("plain", "wait")));
        foreach (var id in ids)
        {
            await silo.UntilAsync(id, v => v is { Status: RunStatus.Waiting, Reason: WaitReason.Provider }, "to wait for its provider");
        }

        await EmptyAsync(silo);
    }

    [Fact]
    public async Task Looking_at_a_thousand_paused_runs_acquires_and_activates_nothing()
    {
        await using var silo = await SiloAsync();
        var ids = new List<string>();
        foreach (var _ in Enumerable.Range(0, Many))
        {
            var id = "run_" + Guid.NewGuid().ToString("n");
            await silo.Run(id).StartAsync(new StartRun("plain", "wait", StartAt: DateTimeOffset.UtcNow.AddDays(1)), TestSilo.Meta());
            await silo.Run(id).PauseAsync(PauseMode.Now, TestSilo.Meta());
            ids.Add(id);
        }

        await EmptyAsync(silo);
        var acquired = _journal.Acquired;
        foreach (var id in ids)
        {
            var view = (await silo.Reader.ViewAsync(Principal.Local, id)).Value!;
            Assert.Equal((RunStatus.Paused, "user"), (view.Status, view.Reason));
        }

        Assert.Equal(acquired, _journal.Acquired);
        Assert.Equal(0, silo.Services.GetRequiredService<LocalRuns>().Count);
    }

    [Fact]
    public async Task A_stop_hands_model_calls_back_and_lets_at_most_once_calls_finish()
    {
        var (asked, inTool) = (new TaskCompletionSource(), new Hold());
        _models.Script(r => r.Input == "pay" && r.Turn == 0
            ? new Reply().Call("pay", "{}").Finish("tool_calls")
            : r.Input == "ask" && asked.TrySetResult() ? new Reply().Text("half").Wait(new TaskCompletionSource().Task) : new Reply().Text("ok").Finish("stop"));
        var silo = await SiloAsync(pay: inTool);
        var ask = await silo.StartRunAsync("plain", "ask");
        var pay = await silo.StartRunAsync("plain", "pay");
        await asked.Task;
        await inTool.ReachedAsync("the call to pay");

        var stopping = silo.DisposeAsync().AsTask();
        inTool.Open();
        await stopping;

        var (asking, paying) = ((await _store.FindAsync(ask))!.Header, (await _store.FindAsync(pay))!.Header);
        Assert.Equal((null, null), (asking.Owner, paying.Owner));
        Assert.NotNull(asking.WakeAt);
        Assert.True(paying.WakeAt is not null || paying.EndedAt is not null, "The paying run was left to nobody.");
        Assert.Equal("model.failed", (await _store.ReadAsync(ask, 0, 100))[^1].Type);
        Assert.Contains("tool.completed", (await _store.ReadAsync(pay, 0, 100)).Select(e => e.Type));

        await using var next = await SiloAsync();
        Assert.Equal(RunStatus.Completed, (await next.UntilEndedAsync(ask)).Status);
        Assert.Equal(RunStatus.Completed, (await next.UntilEndedAsync(pay)).Status);
    }

    private async Task<TestSilo> SiloAsync(Action<ISiloBuilder>? silo = null, Hold? pay = null) =>
        await TestSilo.StartAsync(_journal, TestSilo.ModelAt(_models), s => s
            .AddTool(new ToolRegistration(async () =>
            {
                await (pay?.PassAsync() ?? Task.CompletedTask);
                return "paid";
            }, "pay")
            { Effect = ToolEffect.AtMostOnce, Description = "Pays." })
            .AddAgent(new AgentDeclaration("plain", "Plain.", "Answer.", ["pay"])), silo);

    /// <summary>An activation without effects comes and is collected by age.</summary>
    private static async Task CollectedAsync(TestSilo silo)
    {
        var idle = silo.Grains.GetGrain<IIdleGrain>(Guid.NewGuid());
        var gone = IdleGrain.Gone(idle.GetPrimaryKey());
        await idle.TouchAsync();
        await gone.WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static async Task EmptyAsync(TestSilo silo)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (silo.Services.GetRequiredService<LocalRuns>().Count > 0)
        {
            Assert.False(timeout.IsCancellationRequested, "Waited 60 s for parked runs to let their activations go.");
            await Task.Yield();
        }
    }

    private sealed class CountingJournal(IJournal inner) : JournalDecorator(inner)
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, int> _acquired = new();

        public int Acquired => _acquired.Values.Sum();

        /// <summary>How often a run was taken or created by an activation.</summary>
        public int AcquiredOf(string id) => _acquired.GetValueOrDefault(id);

        public override Task<Lease> AcquireAsync(string id, string? owner)
        {
            _acquired.AddOrUpdate(id, 1, (_, n) => n + 1);
            return base.AcquireAsync(id, owner);
        }

        public override Task<AppendOutcome> AppendAsync(Append append)
        {
            if (append.ExpectedHead == 0)
            {
                _acquired.AddOrUpdate(append.Id, 1, (_, n) => n + 1);
            }

            return base.AppendAsync(append);
        }
    }
}
