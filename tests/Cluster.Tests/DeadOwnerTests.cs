using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>Ended runs in whose headers a dead process still stands.</summary>
public sealed class DeadOwnerTests
{
    private const string Dead = "dead-owner";

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_ended_run_of_a_dead_owner_is_taken_from_it_and_then_expires(bool owesItsEvents)
    {
        using var folder = new TempFolder();
        await using var file = new SqliteJournal(folder.File("agents.db"));
        var journal = new SeenJournal(file);
        string run;
        await using (var silo = await StartAsync(journal, keep: null))
        {
            run = await silo.StartRunAsync("docs", "What is a run?");
            var ended = await journal.UntilAsync(h => h.Id == run && IsAtRest(h), "to end and be published");
            var lease = await file.AcquireAsync(run, Dead);
            if (owesItsEvents)
            {
                await file.AppendAsync(HeaderOf(lease, lease.Header! with { PublishedSeq = 0, WakeAt = ended.UpdatedAt }));
            }

            var healed = await journal.UntilAsync(h => h.Id == run && IsAtRest(h), "to be nobody's again");
            Assert.Equal(ended with { Epoch = lease.Epoch + 1 }, healed);
            Assert.DoesNotContain(await file.ScanAsync(new(DateTimeOffset.MaxValue, [], null, 100)), h => h.Id == run);
            Assert.Equal(AppendOutcome.Fenced, await file.AppendAsync(HeaderOf(lease, lease.Header!)));
        }

        await using var second = await StartAsync(journal, keep: TimeSpan.FromMilliseconds(1));
        Assert.Equal(run, await journal.DeletedAsync());
        await Assert.ThrowsAsync<JournalDeletedException>(() => file.FindAsync(run));
    }

    private static bool IsAtRest(JournalHeader h) => h is { EndedAt: not null, Owner: null, WakeAt: null } && h.PublishedSeq == h.Head;

    private static Append HeaderOf(Lease lease, JournalHeader header) => new(lease.Id, lease.Epoch, header.Head, [], header, [], []);

    private static Task<TestSilo> StartAsync(IJournal journal, TimeSpan? keep) => TestSilo.StartAsync(
        journal, new Dictionary<string, string?> { ["Models:default:Pace"] = "0" },
        s => s.AddSingleton(new RunsOptions { KeepEnded = keep, Tick = TimeSpan.FromMilliseconds(50), TicksPerSweep = 2 }));

    /// <summary>A journal that shows what silos write to it.</summary>
    private sealed class SeenJournal(IJournal inner) : JournalDecorator(inner)
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
        private readonly Channel<JournalHeader> _written = Channel.CreateUnbounded<JournalHeader>();
        private readonly TaskCompletionSource<string> _deleted = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async Task<AppendOutcome> AppendAsync(Append append)
        {
            var outcome = await base.AppendAsync(append);
            if (outcome == AppendOutcome.Committed)
            {
                _written.Writer.TryWrite(append.Header);
            }

            return outcome;
        }

        public override async Task<bool> DeleteAsync(string id)
        {
            var deleted = await base.DeleteAsync(id);
            _deleted.TrySetResult(id);
            return deleted;
        }

        public async Task<JournalHeader> UntilAsync(Func<JournalHeader, bool> wanted, string what)
        {
            using var patience = new CancellationTokenSource(Patience);
            try
            {
                while (true)
                {
                    if (await _written.Reader.ReadAsync(patience.Token) is var header && wanted(header))
                    {
                        return header;
                    }
                }
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Waited {Patience.TotalSeconds} s for the run {what}.");
            }
        }

        public Task<string> DeletedAsync() => _deleted.Task.WaitAsync(Patience);
    }
}
