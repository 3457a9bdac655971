using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Cluster.Tests.Crashes;
using OrleansAgents.Journal;
using OrleansAgents.SiloProgram;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>A checker that has never failed proves nothing: bugs are planted in the journal and in the policy, and it must see each.</summary>
public sealed class PlantedBugTests
{
    [Fact]
    public async Task It_sees_a_command_that_was_acknowledged_before_its_commit()
    {
        await using var stand = await Stand.InProcessAsync(j => new ForgetfulJournal(j, "pause"));
        var errand = new Errand(stand, Errand.Conversation);
        await errand.DoAsync();
        Sees(await stand.HistoryAsync(errand), "pause-2 was acknowledged, and the journal knows it 0 times");
    }

    [Fact]
    public async Task It_sees_an_attempt_number_that_repeats()
    {
        await using var stand = await Stand.InProcessAsync(j => new StutteringJournal(j));
        var errand = new Errand(stand, Errand.Reading);
        await stand.ArmAsync(errand.Run, 2);
        await errand.DoAsync();
        Assert.True(errand.Crashed);
        Sees(await stand.HistoryAsync(errand), "attempt 1 of step 1 follows attempt 1");
    }

    [Fact]
    public async Task It_sees_a_payment_that_is_repeated_because_the_engine_takes_it_for_harmless()
    {
        await using var stand = await Stand.InProcessAsync(payIsSaidToBeReadOnly: true);
        var errands = new List<Errand>();
        for (var point = 1; errands.Count == 0 || errands[^1].Crashed; point++)
        {
            errands.Add(new(stand, Errand.Paying));
            await stand.ArmAsync(errands[^1].Run, point);
            await errands[^1].DoAsync();
        }

        var history = await stand.HistoryAsync(errands);
        Sees(history, "pay acted again by");
        Sees(history, "a call that must not happen twice is tried again, and nobody said so");
    }

    [Fact]
    public async Task It_sees_a_zombie_that_is_not_fenced_off()
    {
        using var folder = new TempFolder();
        var model = new ErrandModel();
        await using var server = await ModelServer.StartAsync(model.Answer);
        await using var store = new SqliteJournal(folder.File("agents.db"));
        var journal = new UnfencedJournal(store);
        await using var zombie = await SiloAsync(journal, server);
        var run = $"run_{Guid.NewGuid():n}";
        await zombie.Run(run).StartAsync(new("waiter", $"{Errand.Frozen} {run}"), TestSilo.Meta());
        await model.WhenAsked(run, 0);

        // The other silo knows nothing of the first, so it takes the run over and ends it.
        await using var heir = await SiloAsync(journal, server);
        await heir.UntilEndedAsync(run);
        model.Open(run);
        await journal.LetThrough.WaitAsync(TimeSpan.FromSeconds(30));

        var record = new RunRecord(run, await store.ReadAsync(run, 0, 1000), "", []);
        var history = new History([record], [], [], model.Asked, ProgramTools.Effects);
        Sees(history, "follows run.completed, which is the end");
        Sees(history, "step 1 has two answers");
    }

    private static Task<TestSilo> SiloAsync(IJournal journal, ModelServer server) => TestSilo.StartAsync(
        journal, TestSilo.ModelAt(server), s => s.AddAgent(new AgentDeclaration("waiter", "Waits.", "Wait.", [])));

    private static void Sees(History history, string violation)
    {
        var violations = HistoryChecker.Check(history);
        Assert.True(violations.Any(v => v.Contains(violation, StringComparison.Ordinal)),
            $"'{violation}' was not seen, but: {string.Join('\n', violations)}");
    }
}
