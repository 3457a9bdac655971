using OrleansAgents.Events;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>A price is recorded with the call: another one later changes what follows, not what was.</summary>
public sealed class PriceTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private ModelServer _models = null!;
    private SqliteJournal _journal = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync();
        _journal = new SqliteJournal(_folder.File("agents.db"));
    }

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_budget_of_money_holds_over_a_restart_and_a_new_price_is_for_new_calls()
    {
        _models.Reply(r => r.Call("list_documents", "{}").Finish("tool_calls").Usage(1_000, 100, cached: 400, reasoning: 50))
            .Reply(r => r.Text("Two.").Finish("stop").Usage(2_000, 10));
        string id;
        await using (var silo = await StartAsync(("Input", "2.5"), ("CachedInput", "0.25"), ("Output", "10")))
        {
            // The longest answer alone is 0.04096.
            id = await silo.StartRunAsync("docs", "How many?", new Budget(Cost: 0.044m));
            var paused = await silo.UntilAsync(id, v => v.Status == RunStatus.Paused, "to meet its budget");
            Assert.Equal((PauseReason.Budget, 0.0026m), (paused.Reason, paused.Usage.Cost));
        }

        await using var later = await StartAsync(("Input", "5"), ("Output", "21"));
        Assert.Equal(0.0026m, (await later.Reader.ViewAsync(Principal.Local, id)).Value!.Usage.Cost);
        Assert.Single(_models.Received);
        var resumed = await later.Run(id).ResumeAsync(TestSilo.Meta());
        Assert.Null(resumed.Problem);

        // At the new price twice the budget is not enough either: the longest answer would be 0.086 and more.
        await later.UntilAsync(id, v => v.Status == RunStatus.Paused, "to meet its budget again");
        Assert.Single(_models.Received);
        Assert.Null((await later.Run(id).ResumeAsync(TestSilo.Meta())).Problem);
        var ended = await later.UntilEndedAsync(id);

        Assert.Equal((RunStatus.Completed, 0.0026m + 0.01021m), (ended.Status, ended.Usage.Cost));
        var steps = (await later.Reader.StepsAsync(Principal.Local, id, 0, 10)).Value!.Items;
        Assert.Equal([0.0026m, null, 0.01021m], steps.Select(s => s.Usage?.Cost));
    }

    [Fact]
    public async Task Without_a_price_nothing_is_guessed_and_a_budget_of_money_is_refused()
    {
        _models.Reply(r => r.Text("Two.").Finish("stop").Usage(2_000, 10));
        await using var silo = await StartAsync();

        var ended = await silo.UntilEndedAsync(await silo.StartRunAsync("docs", "How many?"));
        Assert.Null(ended.Usage.Cost);
        Assert.DoesNotContain("cost", System.Text.Encoding.UTF8.GetString((await silo.EventsAsync(ended.Id)).Single(e => e.Type == "run.completed").Data));

        var refused = await silo.Run("run_" + Guid.NewGuid().ToString("n")).StartAsync(new StartRun("docs", "x", Budget: new(Cost: 1)), TestSilo.Meta());
        Assert.Equal((ProblemCodes.InvalidRequest, "budget.cost"), (refused.Problem?.Code, refused.Problem?.Field));
    }

    private Task<TestSilo> StartAsync(params (string Key, string Value)[] price)
    {
        var settings = TestSilo.ModelAt(_models);
        foreach (var (key, value) in price)
        {
            settings[$"Models:default:Price:{key}"] = value;
        }

        settings["Workspace:Path"] = Path.GetDirectoryName(_folder.File("x"));
        return TestSilo.StartAsync(_journal, settings);
    }
}
