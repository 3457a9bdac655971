using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Agents.Settings;
using OrleansAgents.Events;
using OrleansAgents.Silo.Store;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using OrleansAgents.Threads;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>A conversation that comes back from a backup.</summary>
public sealed class RestoredThreadTests : IDisposable
{
    private const string Thread = "thr_test_test_test_test";
    private readonly TempFolder _folder = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private string Restored => _folder.File("restored.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Turns_asked_for_before_the_backup_wait_for_a_person_and_later_ones_do_not()
    {
        await using var models = await ModelServer.StartAsync(Answer);
        await BackUpInTheMiddleOfATurnAsync(models);
        StoreRestore.Run(_folder.File("backup.db"), Restored, TimeProvider.System.GetUtcNow());

        await using (var journal = new SqliteJournal(Restored))
        await using (var silo = await StartAsync(journal, models))
        {
            var reader = silo.Grains.GetGrain<IThreadReader>(0);
            var first = (await reader.ViewAsync(Principal.Local, Thread)).Value!.ActiveRunId!;
            await ParkedAsync(silo, first);
            await silo.Run(first).ResumeAsync(TestSilo.Meta());
            await silo.UntilEndedAsync(first);

            // The turn that was queued may have been had in the time that is lost.
            var second = JournalIds.RunOfTurn(Thread, "queued");
            await ParkedAsync(silo, second);
            await silo.Run(second).ResumeAsync(TestSilo.Meta());
            Assert.Equal("re: two", (await silo.UntilEndedAsync(second)).Output!.Inline);

            var thread = silo.Grains.GetGrain<IThreadGrain>(Thread);
            await thread.PostAsync(new("three", "plain", WhenBusy.Queue), TestSilo.Meta("later"));
            await silo.UntilEndedAsync(JournalIds.RunOfTurn(Thread, "later"));
            Assert.DoesNotContain(await silo.EventsAsync(JournalIds.RunOfTurn(Thread, "later")), e => e.Type == "run.paused");
        }

        var said = new StringWriter();
        Assert.True(await StoreCheck.RunAsync(Restored, said) == 0, said.ToString());
    }

    [Fact]
    public async Task Verify_names_the_run_and_the_seq_of_what_is_damaged()
    {
        await using var models = await ModelServer.StartAsync(Answer);
        await BackUpInTheMiddleOfATurnAsync(models);
        var path = _folder.File("backup.db");
        using (var db = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False"))
        {
            db.Open();
            db.Run("UPDATE events SET type='run.resumed' WHERE rowid=(SELECT (jid<<24)|2 FROM journals WHERE kind=0 ORDER BY jid LIMIT 1); UPDATE bodies SET data=x'00' WHERE length(data)>65536");
        }

        var said = new StringWriter();
        Assert.Equal(1, await StoreCheck.RunAsync(path, said));
        var first = JournalIds.RunOfTurn(Thread, "first");
        Assert.Contains($"damaged: {first} seq 2: ", said.ToString());
        Assert.Contains($"damaged: {first} seq 1: The body sha256:", said.ToString());
        Assert.Contains("faults", said.ToString().Trim().Split('\n')[^1]);
    }

    /// <summary>One turn at the model, one queued.</summary>
    private async Task BackUpInTheMiddleOfATurnAsync(ModelServer models)
    {
        await using var journal = new SqliteJournal(_folder.File("agents.db"));
        await using var silo = await StartAsync(journal, models);
        var thread = silo.Grains.GetGrain<IThreadGrain>(Thread);
        var run = (await thread.PostAsync(new("wait " + new string('x', 70_000), "plain"), TestSilo.Meta("first"))).RunId!;
        await silo.UntilAsync(run, v => v.Head >= 3, "to ask");
        await thread.PostAsync(new("two", "plain", WhenBusy.Queue), TestSilo.Meta("queued"));
        StoreCopy.Write(_folder.File("agents.db"), _folder.File("backup.db"));
        _gate.TrySetResult();
        await silo.UntilEndedAsync(run);
        await silo.UntilEndedAsync(JournalIds.RunOfTurn(Thread, "queued"));
    }

    private static Task ParkedAsync(TestSilo silo, string run) =>
        silo.UntilAsync(run, v => v is { Status: RunStatus.Paused, Reason: PauseReason.Restored }, "to be parked");

    private static Task<TestSilo> StartAsync(SqliteJournal journal, ModelServer models) => TestSilo.StartAsync(
        journal, TestSilo.ModelAt(models), s => s.AddAgent(new AgentDeclaration("plain", "Answers.", "Answer.", [])));

    private Reply Answer(ReceivedRequest request)
    {
        var last = request.Messages.Where(m => ReceivedRequest.Role(m) == "user").Select(ReceivedRequest.Text).Last();
        return (last.StartsWith("wait", StringComparison.Ordinal) ? new Reply().Wait(_gate.Task) : new Reply()).Text($"re: {last}").Finish("stop");
    }
}
