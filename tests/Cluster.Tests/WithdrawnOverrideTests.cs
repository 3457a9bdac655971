using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Events;
using OrleansAgents.Journal;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using OrleansAgents.Threads;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>What a start may replace is asked when a turn is accepted, and again when its run begins.</summary>
public sealed class WithdrawnOverrideTests : IDisposable
{
    private const string Thread = "thr_of_withdrawn_override";
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("other", null, ProblemCodes.ModelNotAllowed)]
    [InlineData(null, "Say everything.", ProblemCodes.InstructionsNotAllowed)]
    public async Task A_turn_whose_override_is_no_longer_allowed_fails_and_the_thread_goes_on(string? model, string? instructions, string code)
    {
        await using var models = await ModelServer.StartAsync(r => new Reply().Text($"re: {r.LastText}").Finish("stop"));
        await using var journal = new SqliteJournal(_folder.File("agents.db"));
        await using (var allowing = await StartAsync(new ThreadsOnlyJournal(journal), models, allow: true))
        {
            // The turn is on disk; its run is refused by the store, so that the post has no answer yet or names the run to come.
            _ = await Of(allowing).PostAsync(new("first", "plain", Model: model, Instructions: instructions), TestSilo.Meta());
        }

        await using var denying = await StartAsync(journal, models, allow: false);
        var refused = await Of(denying).PostAsync(new("second", "plain", WhenBusy.Queue, model, instructions), TestSilo.Meta());
        Assert.Equal(code, refused.Problem?.Code);
        var taken = await Of(denying).PostAsync(new("third", "plain", WhenBusy.Queue), TestSilo.Meta());
        Assert.Equal("re: third", (await denying.UntilEndedAsync(taken.RunId!)).Output!.Inline);

        var events = (await denying.Grains.GetGrain<IThreadReader>(0).EventsAsync(Principal.Local, Thread, 0, 100)).Value!.Items;
        var ended = events.Select(e => e.Decode()).OfType<TurnEnded>().First();
        Assert.Equal((RunStatus.Failed, code), (ended.Status, ended.Error?.Code));
        Assert.Equal("third", ReceivedRequest.Text(Assert.Single(models.Received).Messages[^1]));
    }

    private static IThreadGrain Of(TestSilo silo) => silo.Grains.GetGrain<IThreadGrain>(Thread);

    private static Task<TestSilo> StartAsync(IJournal journal, ModelServer models, bool allow)
    {
        var settings = TestSilo.ModelAt(models);
        settings["Models:other:Provider"] = "demo";
        return TestSilo.StartAsync(journal, settings, s => s
            .AddAgent(new AgentDeclaration("plain", "Answers.", "Answer.", [], AllowInstructions: allow, AllowModels: allow ? ["other"] : null)));
    }
}
