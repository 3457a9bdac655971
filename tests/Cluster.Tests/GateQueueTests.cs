using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>Runs in the queue of a model with one place.</summary>
public sealed class GateQueueTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly TaskCompletionSource _answer = new();
    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SqliteJournal _file = null!;
    private RefusingJournal _journal = null!;
    private ModelServer _server = null!;
    private TestSilo _silo = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ModelServer.StartAsync(request =>
        {
            _received.TrySetResult();
            return request.Number == 1 ? new Reply().Wait(_answer.Task).Text("First.").Finish("stop") : new Reply().Text("Later.").Finish("stop");
        });
        var settings = TestSilo.ModelAt(_server);
        settings["Models:default:MaxConcurrent"] = "1";
        settings["Workspace:Path"] = Path.GetDirectoryName(_folder.File("x"));
        _file = new(_folder.File("agents.db"));
        _journal = new(_file);
        _silo = await TestSilo.StartAsync(_journal, settings, s => s.AddSingleton(new RunsOptions { Tick = TimeSpan.FromMilliseconds(100), TicksPerSweep = 1 }));
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _file.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Who_is_cancelled_or_paused_in_the_queue_leaves_it_and_the_others_go_on()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var first = await StartFirstAsync();
        var (cancelled, paused, last) = (
            await _silo.StartRunAsync("docs", "Cancelled?"), await _silo.StartRunAsync("docs", "Paused?"), await _silo.StartRunAsync("docs", "Last?"));
        foreach (var id in new[] { cancelled, paused, last })
        {
            Assert.Equal(["run.created", "run.started"], (await _silo.EventsAsync(id)).Select(e => e.Type));
        }

        Assert.Null((await _silo.Run(cancelled).CancelAsync(null, TestSilo.Meta())).Problem);
        Assert.Null((await _silo.Run(paused).PauseAsync(PauseMode.Now, TestSilo.Meta())).Problem);
        _answer.SetResult();

        Assert.Equal("First.", (await _silo.UntilEndedAsync(first)).Output?.Inline);
        Assert.Equal("Later.", (await _silo.UntilEndedAsync(last)).Output?.Inline);
        Assert.Equal(RunStatus.Cancelled, (await _silo.UntilEndedAsync(cancelled)).Status);
        Assert.Equal(2, _server.Received.Count);

        // It stood in the queue in one activation.
        Assert.Equal(1, (await _journal.FindAsync(last, cancellation))!.Header.Epoch);

        Assert.Null((await _silo.Run(paused).ResumeAsync(TestSilo.Meta())).Problem);
        Assert.Equal("Later.", (await _silo.UntilEndedAsync(paused)).Output?.Inline);
        Assert.Equal(3, _server.Received.Count);
    }

    [Fact]
    public async Task A_message_to_one_in_the_queue_is_part_of_its_first_request()
    {
        var first = await StartFirstAsync();
        var second = await _silo.StartRunAsync("docs", "Second?");
        Assert.Null((await _silo.Run(second).MessageAsync("In green.", MessageDelivery.Steer, TestSilo.Meta())).Problem);
        _answer.SetResult();

        await _silo.UntilEndedAsync(first);
        await _silo.UntilEndedAsync(second);
        Assert.Equal(
            ["run.created", "run.started", "message.received", "model.started", "model.completed", "run.completed"],
            (await _silo.EventsAsync(second)).Select(e => e.Type));
        Assert.Contains("In green.", _server.Received[^1].Body.GetRawText());
    }

    [Fact]
    public async Task What_is_said_twice_refused_or_strange_costs_nobody_its_turn()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await StartFirstAsync();
        var (id, meta, start) = (JournalIds.NewRun(), TestSilo.Meta(), new StartRun("docs", "Second?"));
        Assert.Null((await _silo.Run(id).StartAsync(start, meta)).Problem);
        var before = (await _journal.FindAsync(id, cancellation))!.Header;

        Assert.Equal("duplicate", (await _silo.Run(id).StartAsync(start, meta)).Receipt?.Status);
        Assert.NotNull((await _silo.Run(id).ResolveAsync("call_x", CallDecision.Retry, null, TestSilo.Meta())).Problem);
        Assert.NotNull((await _silo.Run(id).CancelAsync(null, TestSilo.Meta() with { Principal = new("default", "somebody") })).Problem);

        var after = (await _journal.FindAsync(id, cancellation))!.Header;
        Assert.NotNull(after.Owner);
        Assert.Equal((before.Owner, before.Epoch, null), (after.Owner, after.Epoch, after.WakeAt));
        _answer.SetResult();
        Assert.Equal(RunStatus.Completed, (await _silo.UntilEndedAsync(id)).Status);
        Assert.Equal(1, (await _journal.FindAsync(id, cancellation))!.Header.Epoch);
    }

    [Fact]
    public async Task A_call_that_a_message_cuts_leaves_its_place_to_the_next()
    {
        var run = await StartFirstAsync();
        Assert.Null((await _silo.Run(run).MessageAsync("No, this.", MessageDelivery.Interrupt, TestSilo.Meta())).Problem);

        Assert.Equal("Later.", (await _silo.UntilEndedAsync(run)).Output?.Inline);
        Assert.Equal(2, (await _silo.EventsAsync(run)).Count(e => e.Type == "model.started"));
        Assert.Equal(2, _server.Received.Count);
    }

    [Fact]
    public async Task A_place_taken_for_what_cannot_be_recorded_is_given_back()
    {
        _answer.SetResult();
        _journal.Refuses = true;
        var id = JournalIds.NewRun();
        Assert.Equal(ProblemCodes.StorageFull, (await _silo.Run(id).StartAsync(new("docs", "Refused?"), TestSilo.Meta())).Problem?.Code);
        _journal.Refuses = false;

        Assert.Equal(RunStatus.Completed, (await _silo.UntilEndedAsync(await _silo.StartRunAsync("docs", "Next?"))).Status);
    }

    [Fact]
    public async Task A_silo_that_stops_hands_its_queue_back()
    {
        var first = await StartFirstAsync();
        var second = await _silo.StartRunAsync("docs", "Second?");
        await _silo.DisposeAsync();

        foreach (var id in new[] { first, second })
        {
            var header = (await _journal.FindAsync(id))!.Header;
            Assert.Null(header.Owner);
            Assert.NotNull(header.WakeAt);
        }
    }

    /// <summary>It has the only place until <see cref="_answer"/> is set.</summary>
    private async Task<string> StartFirstAsync()
    {
        var id = await _silo.StartRunAsync("docs", "First?");
        await _received.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        return id;
    }

    private sealed class RefusingJournal(IJournal inner) : JournalDecorator(inner)
    {
        public volatile bool Refuses;

        public override Task<AppendOutcome> AppendAsync(Append append) =>
            Refuses ? throw new StorageRefusedException(StorageRefusal.Full, "The disk is full.") : base.AppendAsync(append);
    }
}
