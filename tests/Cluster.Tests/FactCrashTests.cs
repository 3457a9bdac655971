using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Events;
using OrleansAgents.Facts;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>A process that dies at any write of a run that remembers: one fact is kept, and once.</summary>
public sealed class FactCrashTests(ITestOutputHelper output)
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task Whichever_write_the_process_dies_at_one_fact_is_kept(bool after)
    {
        using var folder = new TempFolder();
        await using var models = await ModelServer.StartAsync(r => r.Turn == 0
            ? new Reply().Call("remember", """{"key":"city","text":"I live in Paris"}""").Finish("tool_calls")
            : new Reply().Text("Kept.").Finish("stop"));
        await using var store = new SqliteJournal(folder.File("agents.db"));
        var journal = new RunEndsJournal(store);
        var (point, ofFacts, crashed) = (0, 0, true);
        while (crashed)
        {
            point++;
            var user = new Principal("local", $"user{point}");
            var run = "run_" + Guid.NewGuid().ToString("n");
            var line = new DyingJournal(journal, point, after);
            var first = await StartAsync(line, models);
            var start = first.Run(run).StartAsync(new StartRun("shop", "I live in Paris"), TestSilo.Meta(run) with { Principal = user });
            await Task.WhenAny(line.Died, journal.EndedAsync(run));
            crashed = line.Died.IsCompleted;
            ofFacts += crashed && JournalIds.IsFacts(line.DiedAt!) ? 1 : 0;
            await first.CrashAsync();
            start.Ignore();

            await using var second = await StartAsync(journal, models);
            await second.Run(run).StartAsync(new StartRun("shop", "I live in Paris"), TestSilo.Meta(run) with { Principal = user });
            await journal.EndedAsync(run);
            var kept = (await second.Grains.GetGrain<IFactsReader>(0).ListAsync(user, true, null, 10)).Value!.Items;
            var fact = Assert.Single(kept);
            Assert.Equal(("I live in Paris", FactStatus.Valid, FactTrust.User, run), (fact.Text, fact.Status, fact.Trust, fact.Source.RunId));
            Assert.Single(await journal.ReadAsync(JournalIds.FactsOf(user), 0, 10));
        }

        output.WriteLine($"{point - 1} crash points");
        Assert.True(point > 4 && ofFacts == 1, $"{point - 1} crash points, {ofFacts} of them at the facts' journal");
    }

    private static Task<TestSilo> StartAsync(IJournal journal, ModelServer models) => TestSilo.StartAsync(journal, TestSilo.ModelAt(models), s =>
    {
        s.AddSingleton(new RunsOptions { Tick = TimeSpan.FromMilliseconds(100) });
        new AgentsBuilder(s).AddAgent("shop", a => a.Instructions("Serve.").RemembersUser());
    });

    /// <summary>From the nth write on nothing is answered any more: that write is done (<paramref name="after"/>) or not.</summary>
    private sealed class DyingJournal(IJournal inner, int point, bool after) : JournalDecorator(inner)
    {
        private readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<AppendOutcome> _never = new();
        private int _writes;

        public Task Died => _died.Task;

        public string? DiedAt { get; private set; }

        public override async Task<AppendOutcome> AppendAsync(Append append)
        {
            var write = Interlocked.Increment(ref _writes);
            if (write < point)
            {
                return await base.AppendAsync(append);
            }

            if (write == point)
            {
                DiedAt = append.Id;
                _ = after ? await base.AppendAsync(append) : default;
                _died.TrySetResult();
            }

            return await _never.Task;
        }
    }
}
