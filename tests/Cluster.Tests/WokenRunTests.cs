using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>Runs that wait for a refusing provider: who wakes them, and who does not.</summary>
public sealed class WokenRunTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private ModelServer _models = null!;
    private SqliteJournal _store = null!;
    private HoldingJournal _journal = null!;
    private TestSilo _silo = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync();
        _store = new(_folder.File("agents.db"));
        _journal = new(_store);
        var settings = TestSilo.ModelAt(_models);
        settings["Workspace:Path"] = Path.GetDirectoryName(_folder.File("x"));
        _silo = await TestSilo.StartAsync(_journal, settings);
    }

    public async ValueTask DisposeAsync()
    {
        _journal.Refused.Open();
        await _silo.DisposeAsync();
        await _store.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_run_whose_refusal_is_recorded_after_the_model_answered_another_goes_on_at_once()
    {
        var answer = new TaskCompletionSource();
        _models.Script(r => r.Input == "other" ? new Reply().Wait(answer.Task).Text("Well.").Finish("stop")
            : r.Number == 2 ? new Reply().Error(401, "No such key.") : new Reply().Text("Well.").Finish("stop"));
        _journal.Holds = true;
        var other = await _silo.StartRunAsync("docs", "other");
        await _silo.UntilAsync(other, v => v.Usage.ModelCalls == 0 && v.Head >= 3, "to ask");
        await ReceivedAsync(1);
        var refused = await _silo.StartRunAsync("docs", "refused");
        await _journal.Refused.ReachedAsync("the refusal's commit");

        // The model answers: whoever looks for runs that wait does not find this one yet.
        answer.SetResult();
        await _silo.UntilEndedAsync(other);
        _journal.Refused.Open();

        Assert.Equal(RunStatus.Completed, (await _silo.UntilEndedAsync(refused)).Status);
        Assert.Equal(3, _models.Received.Count);
    }

    [Fact]
    public async Task A_retry_that_is_refused_asks_nobody_and_one_that_is_taken_asks_at_once()
    {
        _models.Script(r => r.Number == 1 ? new Reply().Error(401, "No such key.") : new Reply().Text("Well.").Finish("stop"));
        var waiting = await _silo.StartRunAsync("docs", "first");
        await _silo.UntilAsync(waiting, v => v is { Status: RunStatus.Waiting, Reason: WaitReason.Provider }, "to be refused");
        Assert.Null((await _silo.Run(waiting).PauseAsync(PauseMode.Step, TestSilo.Meta())).Problem);

        var answer = await _silo.Run(waiting).RetryAsync(TestSilo.Meta());

        // A gate that had been opened for a probe would let the next run ask.
        Assert.Equal(ProblemCodes.InvalidState, answer.Problem?.Code);
        var next = await _silo.StartRunAsync("docs", "second");
        await _silo.UntilAsync(next, v => v is { Status: RunStatus.Waiting, Reason: WaitReason.Provider }, "to wait as well");
        Assert.Single(_models.Received);

        Assert.Null((await _silo.Run(next).RetryAsync(TestSilo.Meta())).Problem);
        await _silo.UntilEndedAsync(next);
        Assert.Equal(2, _models.Received.Count);
    }

    private async Task ReceivedAsync(int requests)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (_models.Received.Count < requests)
        {
            await Task.Delay(10, patience.Token);
        }
    }

    /// <summary>Holds the commit of a refusal.</summary>
    private sealed class HoldingJournal(IJournal inner) : JournalDecorator(inner)
    {
        public Hold Refused { get; } = new();

        public bool Holds { get; set; }

        public override async Task<AppendOutcome> AppendAsync(Append append)
        {
            if (Holds && append.Events.Any(e => e.Type == "model.failed"))
            {
                await Refused.PassAsync();
            }

            return await base.AppendAsync(append);
        }
    }
}
