using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Agents.Settings;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using OrleansAgents.Threads;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>Conversations on one silo with a real journal file and a model on the real wire.</summary>
public sealed class ThreadTests : IAsyncLifetime
{
    private const string Thread = "thr_test_test_test_test";
    private readonly TempFolder _folder = new();
    private readonly ConcurrentDictionary<string, Task> _held = new();
    private ModelServer _models = null!;
    private SqliteJournal _journal = null!;
    private TestSilo _silo = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync(
            r => new Reply().Wait(_held.GetValueOrDefault(r.LastText, Task.CompletedTask)).Text($"re: {r.LastText}").Finish("stop"));
        _journal = new SqliteJournal(_folder.File("agents.db"));
        _silo = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _journal.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_second_turn_sees_the_first_whole_and_what_it_saw_can_be_verified()
    {
        _models.Reply(r => r.Call("look", """{"what":"a"}""").Finish("tool_calls")).Reply(r => r.Text("found a").Finish("stop"));
        await EndedAsync(await PostAsync("find a"));
        var second = await PostAsync("and b");
        await EndedAsync(second);

        Assert.Equal(
            ["system", "user", "assistant", "tool", "assistant", "user"], _models.Received[^1].Messages.Select(ReceivedRequest.Role));
        Assert.Equal(["find a", "seen a", "found a", "and b"],
            _models.Received[^1].Messages.Skip(1).Select(ReceivedRequest.Text).Where(t => t.Length > 0));
        Assert.True((await _silo.Reader.ContextAsync(Principal.Local, second, 1)).Value!.Matches);
        var said = (await Reader.MessagesAsync(Principal.Local, Thread, 0, 50)).Value!.Items;
        Assert.Equal(["find a", "found a", "and b", "re: and b"], said.Select(m => m.Content.Inline));
    }

    [Fact]
    public async Task A_message_to_a_thread_at_work_reaches_its_run_once_and_makes_no_turn()
    {
        var gate = new TaskCompletionSource();
        _models.Reply(r => r.Wait(gate.Task).Text("first").Finish("stop"));
        var run = await PostAsync("start");
        Assert.Equal(run, await PostAsync("more", "m2"));
        Assert.Equal(run, await PostAsync("more", "m2"));
        gate.SetResult();

        Assert.Equal("re: more", (await EndedAsync(run)).Output!.Inline);
        Assert.Single(await _silo.EventsAsync(run), e => e.Type == "message.received");
        var view = await IdleAsync();
        Assert.Equal((1, 0), (view.Turns, view.Queued.Count));
    }

    [Fact]
    public async Task A_queued_message_becomes_the_next_turn_and_a_busy_thread_can_refuse()
    {
        var gate = new TaskCompletionSource();
        _models.Reply(r => r.Wait(gate.Task).Text("first").Finish("stop"));
        await PostAsync("start");
        await PostAsync("later", whenBusy: WhenBusy.Queue);
        var refused = await Grain.PostAsync(new("never", "plain", WhenBusy.Reject), TestSilo.Meta());
        Assert.Equal(ProblemCodes.ThreadBusy, refused.Problem?.Code);
        Assert.Equal("later", Assert.Single((await Reader.ViewAsync(Principal.Local, Thread)).Value!.Queued).Input.Inline);
        gate.SetResult();

        await UntilAsync(v => v is { Turns: 2, ActiveRunId: null }, "to have had two turns");
        Assert.Equal(["start", "first", "later", "re: later"],
            (await Reader.MessagesAsync(Principal.Local, Thread, 0, 50)).Value!.Items.Select(m => m.Content.Inline));
    }

    [Fact]
    public async Task A_message_sent_as_the_run_completes_is_never_lost_and_never_doubled()
    {
        const int Times = 1_000;
        var ends = new EndsJournal(_journal);
        await _silo.DisposeAsync();
        _silo = await StartAsync(ends);
        for (var i = 0; i < Times; i += 20)
        {
            await Task.WhenAll(Enumerable.Range(i, 20).Select(async n =>
            {
                var thread = _silo.Grains.GetGrain<IThreadGrain>($"thr_race_{n:0000000000000000}");
                var answer = new TaskCompletionSource();
                _held[$"first {n}"] = n % 4 == 0 ? answer.Task : Task.CompletedTask;
                var run = await PostedAsync(thread, $"first {n}", $"a{n}");
                await ((n % 4) switch { 0 => Task.CompletedTask, 1 => ends.Ending(run), 2 => ends.Ended(run), _ => SpinAsync(n) });
                await PostedAsync(thread, $"second {n}", $"b{n}");
                answer.SetResult();
            }));
        }

        for (var n = 0; n < Times; n++)
        {
            var id = $"thr_race_{n:0000000000000000}";
            await UntilAsync(v => v is { ActiveRunId: null, Queued.Count: 0 }, "to be idle", id);
            var said = (await Reader.MessagesAsync(Principal.Local, id, 0, 50)).Value!.Items;
            Assert.Single(said, m => m.Role == "user" && m.Content.Inline == $"second {n}");
            Assert.Equal("assistant", said[^1].Role);
        }

        var turns = await Task.WhenAll(Enumerable.Range(0, Times).Select(async n =>
            (await Reader.ViewAsync(Principal.Local, $"thr_race_{n:0000000000000000}")).Value!.Turns));

        // To a run at work it is a steer, to one that ends or has ended it is the next turn; in between it is one of the two.
        Assert.All(turns.Index(), t => Assert.Contains(t.Item, (t.Index % 4) switch { 0 => [1], 3 => [1, 2], _ => new[] { 2 } }));
    }

    [Fact]
    public async Task A_thread_whose_silo_stops_between_its_turn_and_the_run_starts_that_run_once()
    {
        var cut = new ThreadsOnlyJournal(_journal);
        await _silo.DisposeAsync();
        await using (var dying = await StartAsync(cut))
        {
            _ = await dying.Grains.GetGrain<IThreadGrain>(Thread).PostAsync(new("hello", "plain"), TestSilo.Meta("m1"));
        }

        Assert.Empty(_models.Received);
        _silo = await StartAsync();
        await UntilAsync(v => v is { Turns: 1, ActiveRunId: null }, "to have had its turn");
        Assert.Single(_models.Received);
        Assert.Equal("duplicate", (await Grain.PostAsync(new("hello", "plain"), TestSilo.Meta("m1"))).Receipt?.Status);
    }

    [Fact]
    public async Task A_deleted_thread_takes_its_runs_with_it()
    {
        var run = await PostAsync("hello");
        await EndedAsync(run);
        await IdleAsync();
        Assert.Null(await Grain.DeleteAsync(Principal.Local));

        Assert.Equal(ProblemCodes.ThreadDeleted, (await Reader.ViewAsync(Principal.Local, Thread)).Problem?.Code);
        Assert.Equal(ProblemCodes.RunDeleted, (await _silo.Reader.ViewAsync(Principal.Local, run)).Problem?.Code);
        Assert.Empty((await Reader.ListAsync(Principal.Local, new(null, 10))).Items);
    }

    private IThreadGrain Grain => _silo.Grains.GetGrain<IThreadGrain>(Thread);

    private IThreadReader Reader => _silo.Grains.GetGrain<IThreadReader>(0);

    private Task<TestSilo> StartAsync(IJournal? journal = null) => TestSilo.StartAsync(journal ?? _journal, TestSilo.ModelAt(_models), s => s
        .AddTool(new ToolRegistration((string what) => $"seen {what}", "look") { Effect = ToolEffect.ReadOnly })
        .AddAgent(new AgentDeclaration("plain", "Answers.", "Answer.", ["look"]))
        .AddSingleton(new RunsOptions { Tick = TimeSpan.FromMilliseconds(100) }));

    private Task<string> PostAsync(string input, string? id = null, WhenBusy whenBusy = WhenBusy.Steer) => PostedAsync(Grain, input, id, whenBusy);

    private static async Task<string> PostedAsync(IThreadGrain thread, string input, string? id = null, WhenBusy whenBusy = WhenBusy.Steer)
    {
        var result = await thread.PostAsync(new(input, "plain", whenBusy), TestSilo.Meta(id));
        return result.RunId ?? throw new InvalidOperationException(result.Problem?.Message);
    }

    private Task<RunView> EndedAsync(string run) => _silo.UntilEndedAsync(run);

    private Task<ThreadView> IdleAsync() => UntilAsync(v => v.ActiveRunId is null, "to be idle");

    private async Task<ThreadView> UntilAsync(Func<ThreadView, bool> wanted, string what, string id = Thread)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var view = (await Reader.ViewAsync(Principal.Local, id)).Value;
            if (view is not null && wanted(view))
            {
                return view;
            }

            Assert.False(patience.IsCancellationRequested, $"Waited 60 s for {id} {what}; it is {view}.");
            await Task.Yield();
        }
    }

    /// <summary>Some work, so that the second message meets the run at ever other places.</summary>
    private static async Task SpinAsync(int n)
    {
        for (var i = 0; i < n % 40; i++)
        {
            await Task.Yield();
            System.Threading.Thread.SpinWait(2_000);
        }
    }

    /// <summary>Tells when the last event of a run is about to be committed, and when it is.</summary>
    private sealed class EndsJournal(IJournal inner) : JournalDecorator(inner)
    {
        private readonly ConcurrentDictionary<string, (TaskCompletionSource Before, TaskCompletionSource After)> _runs = new();

        public Task Ending(string run) => Of(run).Before.Task;

        public Task Ended(string run) => Of(run).After.Task;

        public override async Task<AppendOutcome> AppendAsync(Append append)
        {
            var ends = append.Events.Any(e => e.Type == "run.completed");
            if (ends)
            {
                Of(append.Id).Before.TrySetResult();
            }

            var outcome = await base.AppendAsync(append);
            if (ends)
            {
                Of(append.Id).After.TrySetResult();
            }

            return outcome;
        }

        private (TaskCompletionSource Before, TaskCompletionSource After) Of(string run) => _runs.GetOrAdd(run, _ => (New(), New()));

        private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
