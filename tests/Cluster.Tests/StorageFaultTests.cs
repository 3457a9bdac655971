using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Events;
using OrleansAgents.Grains.Interfaces;
using OrleansAgents.Journal;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using OrleansAgents.Threads;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>A store that refuses, and one that does not know: results in hand survive, nothing is asked for again.</summary>
public sealed class StorageFaultTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private int _paid;
    private ModelServer _models = null!;
    private SqliteJournal _store = null!;
    private FaultyJournal _journal = null!;
    private TestSilo _silo = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync(r => r.Turn == 0
            ? new Reply().Call("pay", "{}").Finish("tool_calls")
            : new Reply().Text("paid").Finish("stop"));
        _store = new SqliteJournal(_folder.File("agents.db"));
        _journal = new FaultyJournal(_store);
        _silo = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _store.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("tool.started")]
    [InlineData("tool.completed")]
    [InlineData("run.completed")]
    public async Task A_full_disk_stalls_the_run_and_loses_nothing(string at)
    {
        var refused = _journal.RefuseFrom(at);
        var id = await _silo.StartRunAsync("shop", "pay");
        await refused;

        var pause = await _silo.Run(id).PauseAsync(PauseMode.Step, TestSilo.Meta("while-full"));
        Assert.Equal(ProblemCodes.StorageFull, pause.Problem?.Code);
        Assert.Contains("full", (await _silo.Reader.ViewAsync(Principal.Local, id)).Value!.Why);
        var start = await _silo.Run("run_other").StartAsync(new StartRun("shop", "pay"), TestSilo.Meta());
        Assert.Equal(ProblemCodes.StorageFull, start.Problem?.Code);

        _journal.TakeWritesAgain();
        Assert.Equal("paid", (await _silo.UntilEndedAsync(id)).Output!.Inline);
        Assert.Equal((2, 1), (_models.Received.Count, _paid));
    }

    [Theory]
    [InlineData("tool.started", true)]
    [InlineData("tool.started", false)]
    [InlineData("tool.completed", true)]
    [InlineData("tool.completed", false)]
    [InlineData("run.completed", true)]
    [InlineData("run.completed", false)]
    [InlineData("run.created", true)]
    [InlineData("run.created", false)]
    public async Task A_commit_of_unknown_outcome_is_looked_up_and_nothing_is_asked_again(string at, bool landed)
    {
        _journal.BeUnsureOf(at, landed);
        var id = await _silo.StartRunAsync("shop", "pay");
        Assert.Equal("paid", (await _silo.UntilEndedAsync(id)).Output!.Inline);
        Assert.Equal((2, 1), (_models.Received.Count, _paid));
        Assert.DoesNotContain("decision.requested", (await _silo.EventsAsync(id)).Select(e => e.Type));
    }

    [Fact]
    public async Task A_damaged_journal_parks_its_run_with_the_seq_named_and_harms_no_other()
    {
        var (damaged, sound) = (await _silo.StartRunAsync("shop", "pay"), await _silo.StartRunAsync("shop", "pay"));
        await _silo.UntilEndedAsync(damaged);
        await _silo.UntilEndedAsync(sound);
        StoreFile.Damage(_folder.File("agents.db"), damaged, 6);

        var view = (await _silo.Reader.ViewAsync(Principal.Local, damaged)).Value!;
        Assert.Equal(PauseReason.Corrupt, view.Reason);
        Assert.Contains("seq 6", view.Why);
        Assert.Equal(5, (await _silo.EventsAsync(damaged)).Count);
        Assert.Equal(ProblemCodes.RunCorrupt, (await _silo.Reader.EventsAsync(Principal.Local, damaged, 5, 10)).Problem!.Code);
        Assert.Equal("paid", (await _silo.Reader.ViewAsync(Principal.Local, sound)).Value!.Output!.Inline);
        Assert.Equal((4, 2), (_models.Received.Count, _paid));
    }

    [Fact]
    public async Task A_waiting_run_whose_journal_is_damaged_is_listed_as_corrupt_and_left_alone()
    {
        _models.Script(_ => new Reply().Error(401, "no such key"));
        var id = await _silo.StartRunAsync("shop", "pay");
        await _silo.UntilAsync(id, v => v.Reason == WaitReason.Provider, "to wait for its provider");
        StoreFile.Damage(_folder.File("agents.db"), id, 3);

        var woken = await _silo.Grains.GetGrain<IRunUpkeep>(id).EnsureRunningAsync();

        Assert.Equal(ProblemCodes.RunCorrupt, woken?.Code);
        var listed = Assert.Single((await _silo.Reader.ListAsync(Principal.Local, new(null, null, null, null, 10))).Items);
        Assert.Equal((RunStatus.Paused, PauseReason.Corrupt), (listed.Status, listed.Reason));
        Assert.Empty(await _store.ScanAsync(new(DateTimeOffset.MaxValue, [], null, 10)));
        Assert.Single(_models.Received);
    }

    [Fact]
    public async Task A_damaged_thread_is_named_as_a_thread_by_readers_and_by_its_grain()
    {
        const string thread = "thr_damaged_damaged_damaged";
        var posted = await _silo.Grains.GetGrain<IThreadGrain>(thread).PostAsync(new("pay", "shop"), TestSilo.Meta());
        await _silo.UntilEndedAsync(posted.RunId!);
        StoreFile.Damage(_folder.File("agents.db"), thread, 1);
        await _silo.DisposeAsync();
        _silo = await StartAsync();

        Assert.Equal(ProblemCodes.ThreadCorrupt, (await _silo.Grains.GetGrain<IThreadReader>(0).EventsAsync(Principal.Local, thread, 0, 10)).Problem?.Code);
        var refused = await _silo.Grains.GetGrain<IThreadGrain>(thread).PostAsync(new("pay", "shop"), TestSilo.Meta());
        Assert.Equal(ProblemCodes.ThreadCorrupt, refused.Problem?.Code);
        Assert.Contains("seq 1", refused.Problem!.Message);
    }

    [Fact]
    public async Task A_damaged_run_is_named_as_a_run_when_its_thread_is_read()
    {
        const string thread = "thr_sound_sound_sound_sound";
        var run = (await _silo.Grains.GetGrain<IThreadGrain>(thread).PostAsync(new("pay", "shop"), TestSilo.Meta())).RunId!;
        await _silo.UntilEndedAsync(run);
        StoreFile.Damage(_folder.File("agents.db"), run, 6);

        Assert.Equal(ProblemCodes.RunCorrupt, (await _silo.Grains.GetGrain<IThreadReader>(0).MessagesAsync(Principal.Local, thread, 0, 10)).Problem?.Code);
    }

    private Task<TestSilo> StartAsync() => TestSilo.StartAsync(_journal, TestSilo.ModelAt(_models), s => s
        .AddTool(new ToolRegistration(() => $"paid {Interlocked.Increment(ref _paid)}", "pay") { Effect = ToolEffect.AtMostOnce, Description = "Pays." })
        .AddAgent(new AgentDeclaration("shop", "Pays.", "Pay.", ["pay"])));

    /// <summary>Refuses, or loses track of, the append that carries an event of the given type.</summary>
    private sealed class FaultyJournal(IJournal inner) : JournalDecorator(inner)
    {
        private const string Sentence = "storage is full: free space on its disk.";
        private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile string? _refuse;
        private volatile string? _unsure;
        private volatile bool _full;
        private bool _landed;

        public override string? Refusal => _full ? Sentence : base.Refusal;

        public Task RefuseFrom(string type)
        {
            _refuse = type;
            return _refused.Task;
        }

        public void TakeWritesAgain() => (_refuse, _full) = (null, false);

        public void BeUnsureOf(string type, bool landed) => (_unsure, _landed) = (type, landed);

        public override async Task<AppendOutcome> AppendAsync(Append append)
        {
            if (_full || (_refuse is { } r && append.Events.Any(e => e.Type == r)))
            {
                _full = true;
                _refused.TrySetResult();
                throw new StorageRefusedException(StorageRefusal.Full, Sentence);
            }

            if (_unsure is { } u && append.Events.Any(e => e.Type == u))
            {
                _unsure = null;
                return _landed ? await UnsureAsync(append) : AppendOutcome.Unknown;
            }

            return await base.AppendAsync(append);
        }

        private async Task<AppendOutcome> UnsureAsync(Append append)
        {
            await base.AppendAsync(append);
            return AppendOutcome.Unknown;
        }
    }
}
