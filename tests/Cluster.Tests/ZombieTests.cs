using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Events;
using OrleansAgents.Grains.Interfaces;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>Two silos that know nothing of each other on one journal: one is held at a barrier while the other takes over.</summary>
public sealed class ZombieTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly List<string> _paid = [];
    private readonly Hold _inTool = new();
    private ModelServer _models = null!;
    private SqliteJournal _journal = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync(r => r.Turn == 0
            ? new Reply().Call("pay", """{"amount":5}""").Finish("tool_calls")
            : new Reply().Text("paid").Finish("stop"));
        _journal = new SqliteJournal(_folder.File("agents.db"));
    }

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Held_before_the_commit_the_loser_writes_nothing_and_pays_nothing()
    {
        var hold = new HoldingJournal(_journal, before: true);
        await using var zombie = await SiloAsync(hold, holdTool: false);
        await using var heir = await SiloAsync(_journal, holdTool: false);

        var id = await zombie.StartRunAsync("shop", "pay 5");
        await hold.Intent.ReachedAsync("the zombie's append of the intent");
        await heir.Grains.GetGrain<IRunUpkeep>(id).EnsureRunningAsync();
        var view = await heir.UntilEndedAsync(id);
        hold.Intent.Open();

        Assert.Equal(AppendOutcome.Fenced, await hold.Outcome);
        Assert.Equal(RunStatus.Completed, view.Status);
        Assert.Equal(["heir"], _paid);
        await UnchangedAsync(heir, id, view.Head);
    }

    [Fact]
    public async Task Held_between_commit_and_dispatch_the_loser_finds_that_it_lost_and_does_not_pay()
    {
        var hold = new HoldingJournal(_journal, before: false);
        await using var zombie = await SiloAsync(hold, holdTool: false);
        await using var heir = await SiloAsync(_journal, holdTool: false);

        var id = await zombie.StartRunAsync("shop", "pay 5");
        await hold.Intent.ReachedAsync("the zombie's append of the intent");
        await heir.Grains.GetGrain<IRunUpkeep>(id).EnsureRunningAsync();
        await heir.UntilAsync(id, v => v.Reason == "decision", "to ask for a decision");
        hold.Intent.Open();
        await GoneAsync(zombie, id);

        Assert.Empty(_paid);
        await DecideAsync(heir, id);
    }

    [Fact]
    public async Task Held_during_the_call_the_effect_happens_once_and_the_loser_s_result_is_only_recorded()
    {
        await using var zombie = await SiloAsync(_journal, holdTool: true);
        await using var heir = await SiloAsync(_journal, holdTool: false);

        var id = await zombie.StartRunAsync("shop", "pay 5");
        await _inTool.ReachedAsync("the zombie's call");
        await heir.Grains.GetGrain<IRunUpkeep>(id).EnsureRunningAsync();
        await heir.UntilAsync(id, v => v.Reason == "decision", "to ask for a decision");
        _inTool.Open();
        await GoneAsync(zombie, id);

        Assert.Equal(["zombie"], _paid);
        await DecideAsync(heir, id);
        Assert.Equal(["zombie"], _paid);
    }

    private static async Task DecideAsync(TestSilo heir, string id)
    {
        var call = Assert.Single((await heir.Reader.ViewAsync(Principal.Local, id)).Value!.Pending);
        var early = await heir.Run(id).ResolveAsync(call.CallId, CallDecision.Retry, null, TestSilo.Meta());
        Assert.Equal(ProblemCodes.RetryTooEarly, early.Problem?.Code);
        Assert.NotNull((await heir.Run(id).ResolveAsync(call.CallId, CallDecision.Skip, "paid by hand", TestSilo.Meta())).Receipt);
        Assert.Equal(RunStatus.Completed, (await heir.UntilEndedAsync(id)).Status);
    }

    /// <summary>The zombie noticed: its activation is gone, so nothing more can come of it.</summary>
    private static async Task GoneAsync(TestSilo zombie, string id)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (zombie.Services.GetRequiredService<LocalRuns>().Contains(id))
        {
            Assert.False(timeout.IsCancellationRequested, "Waited 30 s for the zombie to let the run go.");
            await Task.Yield();
        }
    }

    private static async Task UnchangedAsync(TestSilo heir, string id, long head)
    {
        var events = await heir.EventsAsync(id);
        Assert.Equal(head, events.Count);
        Assert.Equal(Enumerable.Range(1, (int)head).Select(n => (long)n), events.Select(e => e.Seq));
    }

    private async Task<TestSilo> SiloAsync(IJournal journal, bool holdTool)
    {
        var name = journal == _journal && !holdTool ? "heir" : "zombie";
        return await TestSilo.StartAsync(journal, TestSilo.ModelAt(_models), s => s
            .AddTool(new ToolRegistration(PayAsync, "pay") { Effect = ToolEffect.AtMostOnce, TimeoutSeconds = 300 })
            .AddAgent(new AgentDeclaration("shop", "Pays.", "Pay.", ["pay"]))

            // Supervisors stay out of it: the test says who takes over, and when.
            .AddSingleton(new RunsOptions { Tick = TimeSpan.FromHours(1), DispatchWithin = holdTool ? TimeSpan.FromHours(1) : TimeSpan.FromMilliseconds(1) }));

        async Task<string> PayAsync(int amount)
        {
            lock (_paid)
            {
                _paid.Add(name);
            }

            if (holdTool)
            {
                await _inTool.PassAsync();
            }

            return $"paid {amount}";
        }
    }

    /// <summary>Holds the append that carries the tool's intent, before or after it reaches the store.</summary>
    private sealed class HoldingJournal(IJournal inner, bool before) : JournalDecorator(inner)
    {
        private readonly TaskCompletionSource<AppendOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Hold Intent { get; } = new();

        public Task<AppendOutcome> Outcome => _outcome.Task;

        public override async Task<AppendOutcome> AppendAsync(Append append)
        {
            if (!append.Events.Any(e => e.Type == "tool.started"))
            {
                return await base.AppendAsync(append);
            }

            if (before)
            {
                await Intent.PassAsync();
            }

            var outcome = await base.AppendAsync(append);
            if (!before)
            {
                await Intent.PassAsync();
            }

            _outcome.TrySetResult(outcome);
            return outcome;
        }
    }
}
