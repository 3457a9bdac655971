using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Streams;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Lifecycle;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>What a silo owes the lifecycle streams, and pays though it died before.</summary>
public sealed class OutboxTests : IAsyncLifetime
{
    private static readonly RunsOptions Soon = new() { PublishWithin = TimeSpan.FromMilliseconds(200), Tick = TimeSpan.FromMilliseconds(100) };
    private static readonly CommandMeta Meta = new("cmd_1", "hash", Principal.Local);
    private readonly TempFolder _folder = new();
    private SqliteJournal _journal = null!;

    public ValueTask InitializeAsync()
    {
        _journal = new(_folder.File("agents.db"));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Every_event_is_published_in_order_and_the_header_says_so()
    {
        await using var silo = await StartAsync(_journal);
        var run = JournalIds.NewRun();
        var published = await FollowAsync(silo, run);
        await silo.Run(run).StartAsync(new("docs", "What is a run?"), Meta);
        var header = await UntilAsync(run, h => h.EndedAt is not null && h.PublishedSeq == h.Head);
        Assert.Null(header.WakeAt);
        await published.ReachAsync(header.Head);
        Assert.Equal(Enumerable.Range(1, (int)header.Head).Select(seq => (long)seq), published.Seqs);
    }

    [Fact]
    public async Task What_a_dead_silo_owed_is_published_by_the_next()
    {
        var run = JournalIds.NewRun();
        var deaf = new NeverToldJournal(_journal);
        await using (var silo = await StartAsync(deaf))
        {
            await silo.Run(run).StartAsync(new("docs", "What is a run?"), Meta);
            await UntilAsync(run, h => h.EndedAt is not null);
        }

        var left = (await _journal.FindAsync(run))!.Header;
        Assert.True(left.PublishedSeq < left.Head);
        Assert.NotNull(left.WakeAt);
        await using var next = await StartAsync(deaf);
        var published = await FollowAsync(next, run);
        deaf.Tells = true;
        await published.ReachAsync(left.Head);
        var header = await UntilAsync(run, h => h.PublishedSeq == h.Head);
        Assert.Null(header.WakeAt);
        Assert.Equal((left.Head, left.UpdatedAt), (header.Head, header.UpdatedAt));
    }

    private static Task<TestSilo> StartAsync(IJournal journal) =>
        TestSilo.StartAsync(journal, new Dictionary<string, string?> { ["Models:default:Pace"] = "0" }, s => s.AddSingleton(Soon));

    private static async Task<Published> FollowAsync(TestSilo silo, string run)
    {
        var published = new Published(run);
        var provider = silo.Services.GetRequiredKeyedService<IStreamProvider>(LifecycleStream.Provider);
        await LifecycleStream.Of(provider, LifecycleStream.ShardOf(run)).SubscribeAsync((e, _) => published.AddAsync(e));
        return published;
    }

    private async Task<JournalHeader> UntilAsync(string run, Func<JournalHeader, bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (await _journal.FindAsync(run, patience.Token) is { Header: var header } && holds(header))
            {
                return header;
            }

            await Task.Delay(20, patience.Token);
        }
    }

    /// <summary>A store that dies before a header can say how far its run is published.</summary>
    private sealed class NeverToldJournal(IJournal inner) : JournalDecorator(inner)
    {
        public volatile bool Tells;

        public override Task<AppendOutcome> AppendAsync(Append append) => Tells || append.Header.PublishedSeq == 0
            ? base.AppendAsync(append)
            : append.Events.Count == 0
                ? throw new StorageRefusedException(StorageRefusal.Io, "The silo is dead.")
                : base.AppendAsync(append with { Header = append.Header with { PublishedSeq = 0 } });
    }

    private sealed class Published(string run)
    {
        private readonly Channel<long> _more = Channel.CreateUnbounded<long>();
        private readonly List<long> _seqs = [];

        /// <summary>Each in its first place.</summary>
        public IEnumerable<long> Seqs => _seqs.Distinct();

        public Task AddAsync(JournalEvent e)
        {
            if (e.JournalId == run)
            {
                _more.Writer.TryWrite(e.Seq);
            }

            return Task.CompletedTask;
        }

        public async Task ReachAsync(long seq)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (_seqs.LastOrDefault() != seq)
            {
                _seqs.Add(await _more.Reader.ReadAsync(patience.Token));
            }
        }
    }
}
