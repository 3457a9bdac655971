using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using OrleansAgents.Threads;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>What ended long ago is deleted, and nothing else.</summary>
public sealed class RetentionTests : IDisposable
{
    private const string Thread = "thr_test_test_test_test";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TempFolder _folder = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Ended_runs_and_resting_threads_are_deleted_with_their_bodies_and_live_ones_stay()
    {
        await using var models = await ModelServer.StartAsync(Answer);
        await using var journal = new SqliteJournal(_folder.File("agents.db"));
        string ended, waiting, turn;
        const int Many = 150;
        await using (var silo = await StartAsync(journal, models, keep: null))
        {
            ended = await silo.StartRunAsync("plain", new string('x', 70_000));
            await Task.WhenAll(Enumerable.Range(0, Many).Select(async n => await silo.UntilEndedAsync(await silo.StartRunAsync("plain", $"{n}"))));
            waiting = await silo.StartRunAsync("plain", "wait");
            turn = (await silo.Grains.GetGrain<IThreadGrain>(Thread).PostAsync(new("hello", "plain"), TestSilo.Meta())).RunId!;
            await silo.UntilEndedAsync(ended);
            await silo.UntilEndedAsync(turn);
            await silo.UntilAsync(waiting, v => v.Head >= 3, "to ask");
            Assert.Equal(1, await CountAsync(journal, body => body.Length > 65_536));

            // By default everything is kept, however often the supervisor looks.
            await UntilAsync(journal, async () => (await journal.ExpiredAsync(new(DateTimeOffset.MaxValue, null, 1_000))).Count == Many + 2, "to be published");
        }

        await using var second = await StartAsync(journal, models, keep: TimeSpan.FromMilliseconds(1));
        await UntilAsync(journal, async () => (await journal.JournalsAsync(0, 1_000)) is [(_, var id)] && id == waiting, "to be all that is left");
        await Assert.ThrowsAsync<JournalDeletedException>(() => journal.FindAsync(ended));
        await Assert.ThrowsAsync<JournalDeletedException>(() => journal.FindAsync(turn));
        await Assert.ThrowsAsync<JournalDeletedException>(() => journal.FindAsync(Thread));

        // The definition's body lives on with the run that still uses it.
        Assert.Equal(0, await CountAsync(journal, body => body.Length > 65_536));
        Assert.Equal(1, await CountAsync(journal, _ => true));
        _gate.SetResult();
        Assert.Equal(RunStatus.Completed, (await second.UntilEndedAsync(waiting)).Status);
    }

    private static async Task<int> CountAsync(SqliteJournal journal, Func<byte[], bool> wanted)
    {
        var bodies = await Task.WhenAll((await journal.BodiesAsync(0, 1_000)).Select(async b => await journal.BodyAsync(b.Ref)));
        return bodies.Count(b => wanted(b!));
    }

    private static async Task UntilAsync(SqliteJournal journal, Func<Task<bool>> wanted, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await wanted())
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
            {
                throw new TimeoutException($"Waited {Patience.TotalSeconds} s for what is expected {what}; there are {(await journal.JournalsAsync(0, 1_000)).Count} journals.");
            }

            await Task.Delay(20);
        }
    }

    private static Task<TestSilo> StartAsync(SqliteJournal journal, ModelServer models, TimeSpan? keep) => TestSilo.StartAsync(
        journal, TestSilo.ModelAt(models), s => s.AddAgent(new AgentDeclaration("plain", "Answers.", "Answer.", []))
            .AddSingleton(new RunsOptions { KeepEnded = keep, Tick = TimeSpan.FromMilliseconds(50), TicksPerSweep = 2 }));

    private Reply Answer(ReceivedRequest request) =>
        (request.LastText == "wait" ? new Reply().Wait(_gate.Task) : new Reply()).Text("Said.").Finish("stop");
}
