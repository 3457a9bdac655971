using OrleansAgents.Events;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>Calls that their server never ends, with a restart in the middle: each is ended by its own bound.</summary>
public sealed class CallBoundTests : IAsyncLifetime
{
    private const int Chunk = 100;
    private readonly TempFolder _folder = new();
    private ModelServer _models = null!;
    private SqliteJournal _journal = null!;
    private TestSilo _silo = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync();
        _journal = new SqliteJournal(_folder.File("agents.db"));
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _journal.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_endless_answer_ends_at_its_length()
    {
        var hold = new TaskCompletionSource();
        _models.Reply(r => Endless(r, 2).Wait(hold.Task)).Script(_ => Endless(new Reply(), 10_000));
        var run = await CrashInTheMiddleAsync();
        var view = await _silo.UntilEndedAsync(run);

        var answer = (await _silo.EventsAsync(run)).Select(e => e.Decode()).OfType<ModelCompleted>().Single();
        Assert.Equal(("length", RunStatus.Completed), (answer.FinishReason, view.Status));
        Assert.InRange(view.Output!.Inline!.Length, 401, 400 + Chunk);
    }

    [Fact]
    public async Task A_trickle_ends_at_the_longest_call()
    {
        _models.Reply(r => r.Text("a").Wait(new TaskCompletionSource().Task))
            .Script(_ => new Reply().Text("a ", "b ").Wait(new TaskCompletionSource().Task));
        var run = await CrashInTheMiddleAsync();
        var view = await _silo.UntilEndedAsync(run);

        Assert.Equal(RunStatus.Completed, view.Status);
        Assert.Equal("length", (await _silo.EventsAsync(run)).Select(e => e.Decode()).OfType<ModelCompleted>().Single().FinishReason);
    }

    [Fact]
    public async Task A_server_that_only_comments_is_given_up_and_asked_again()
    {
        _models.Reply(r => r.Comment("PROCESSING").Wait(new TaskCompletionSource().Task))
            .Reply(r => r.Comment("PROCESSING").Wait(new TaskCompletionSource().Task))
            .Script(_ => new Reply().Text("At last.").Finish("stop"));
        var run = await CrashInTheMiddleAsync();

        Assert.Equal("At last.", (await _silo.UntilEndedAsync(run)).Output!.Inline);
        Assert.Contains((await _silo.EventsAsync(run)).Select(e => e.Decode()).OfType<ModelFailed>(), m => m.Error.Code == "no_first_token");
    }

    [Theory]
    [InlineData("tokens")]
    [InlineData("seconds")]
    public async Task A_budget_ends_an_open_answer_and_keeps_its_text(string limit)
    {
        _models.Reply(r => Endless(r, 2).Wait(new TaskCompletionSource().Task))
            .Script(_ => Endless(new Reply(), 3).Wait(new TaskCompletionSource().Task));

        // Room for the attempt that dies, and for the reserve of the next; less than that one would take.
        var run = await CrashInTheMiddleAsync(limit == "tokens" ? new Budget(Tokens: 360) : new Budget(Seconds: 2));
        var view = await _silo.UntilAsync(run, v => v.Status == RunStatus.Paused, "to pause");

        Assert.Equal("budget", view.Reason);
        Assert.Contains(limit, view.Why);
        Assert.Null(view.Output);
        if (limit == "tokens")
        {
            Assert.InRange(view.Usage.InputTokens + view.Usage.OutputTokens, 1, 360 + Chunk);
        }
    }

    private static Reply Endless(Reply reply, int chunks) => Enumerable.Range(0, chunks).Aggregate(reply, (r, _) => r.Text(new string('x', Chunk)));

    /// <summary>The process dies while the first request is open.</summary>
    private async Task<string> CrashInTheMiddleAsync(Budget? budget = null)
    {
        var run = await _silo.StartRunAsync("docs", "Go on for ever.", budget);
        var began = TimeProvider.System.GetTimestamp();
        while (_models.Received.Count == 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30), "Waited 30 s for the first request.");
            await Task.Yield();
        }

        await _silo.CrashAsync();
        await StartAsync();
        return run;
    }

    private async Task StartAsync()
    {
        var settings = TestSilo.ModelAt(_models);
        settings["Models:default:MaxOutputTokens"] = "50";
        settings["Models:default:FirstTokenSeconds"] = "2";
        settings["Models:default:MaxSeconds"] = "3";
        settings["Workspace:Path"] = Path.GetDirectoryName(_folder.File("x"));
        _silo = await TestSilo.StartAsync(_journal, settings);
    }
}
