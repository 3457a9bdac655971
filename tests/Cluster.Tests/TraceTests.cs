using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Client;
using OrleansAgents.Client.Lifecycle;
using OrleansAgents.Events;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Telemetry;
using OrleansAgents.Testing;
using OrleansAgents.Threads;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>One trace from the caller to the tool, and from there to whoever handles the run's events.</summary>
public sealed class TraceTests : IAsyncLifetime
{
    private readonly string _run = "run_" + Guid.NewGuid().ToString("n");
    private readonly TempFolder _folder = new();
    private readonly RecordedTrace _told = new();
    private ModelServer _models = null!;
    private SqliteJournal _journal = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync();
        _journal = new SqliteJournal(_folder.File("agents.db"));
    }

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        await _models.DisposeAsync();
        _told.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_run_its_calls_and_its_consumer_are_a_part_of_the_call_that_started_it()
    {
        _models.Reply(r => r.Call("ask", "{}").Finish("tool_calls")).Reply(r => r.Text("done").Finish("stop"));
        await using var silo = await StartAsync();
        var caller = await StartRunAsync(silo);
        await silo.UntilEndedAsync(_run);

        var tool = await EndedAsync("execute_tool ask");
        Assert.Equal(["execute_tool ask", "invoke_agent asker", "IRunGrain/StartAsync", "IRunGrain/StartAsync", "caller"], await AncestorsAsync(tool));
        var handled = await EndedAsync("process run.completed");
        Assert.Equal(["process run.completed", "IRunGrain/StartAsync", "IRunGrain/StartAsync", "caller"], _told.Ancestors(handled));
        Assert.All([tool, handled], span => Assert.Equal(caller.TraceId, span.TraceId));
        Assert.Equal(["run.completed"], silo.Services.GetRequiredService<Handled>().Of(_run));
    }

    [Fact]
    public async Task What_a_run_does_after_a_crash_links_to_the_call_that_started_it()
    {
        var (never, asked) = (new TaskCompletionSource(), new TaskCompletionSource());
        _models.Script(_ => asked.TrySetResult() ? new Reply().Text("half").Wait(never.Task) : new Reply().Text("whole").Finish("stop"));
        Activity caller;
        await using (var first = await StartAsync())
        {
            caller = await StartRunAsync(first);
            await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
            await first.CrashAsync();
        }

        await using var second = await StartAsync();
        await second.UntilEndedAsync(_run);
        var after = await _told.EndedAsync(s => IsStretch(s) && s.GetTagItem("orleans_agents.run.status") is "completed", "the second stretch");
        Assert.NotEqual(caller.TraceId, after.TraceId);
        Assert.Equal(default, after.ParentSpanId);
        Assert.Contains(after.Links, link => link.Context.TraceId == caller.TraceId);
        Assert.Equal(caller.TraceId, (await EndedAsync("process run.completed")).TraceId);
    }

    [Fact]
    public async Task What_a_run_does_after_an_answer_is_a_part_of_the_call_that_answered()
    {
        _models.Reply(r => r.Call("shy", "{}").Finish("tool_calls")).Reply(r => r.Text("done").Finish("stop"));
        await using var silo = await StartAsync();
        var starter = await StartRunAsync(silo);
        await silo.UntilAsync(_run, v => v.Pending.Count == 1, "to ask");
        var before = await _told.EndedAsync(IsStretch, "the first stretch");
        var answerer = await RecordedTrace.InSpanAsync(async () =>
            Assert.Null((await silo.Run(_run).ResolveAsync("call_1_1", CallDecision.Retry, null, TestSilo.Meta())).Problem));
        await silo.UntilEndedAsync(_run);

        var after = await _told.EndedAsync(s => IsStretch(s) && s != before, "the second stretch");
        Assert.Equal((starter.TraceId, answerer.TraceId), (before.TraceId, after.TraceId));
        Assert.Equal(["invoke_agent asker", "IRunGrain/ResolveAsync", "IRunGrain/ResolveAsync", "caller"], _told.Ancestors(after));
        Assert.All(after.Links, link => Assert.Equal(starter.TraceId, link.Context.TraceId));
        Assert.NotEmpty(after.Links);
    }

    [Fact]
    public async Task A_turn_that_waited_in_its_thread_is_a_part_of_the_call_that_posted_it()
    {
        var hold = new TaskCompletionSource();
        _models.Reply(r => r.Text("one").Wait(hold.Task).Finish("stop")).Reply(r => r.Text("two").Finish("stop"));
        await using var silo = await StartAsync();
        var thread = silo.Grains.GetGrain<IThreadGrain>("thr_" + Guid.NewGuid().ToString("n"));
        Task PostAsync(string text) => thread.PostAsync(new(text, "asker", WhenBusy: WhenBusy.Queue), TestSilo.Meta());
        var first = await RecordedTrace.InSpanAsync(() => PostAsync("one?"));
        var second = await RecordedTrace.InSpanAsync(() => PostAsync("two?"));
        hold.SetResult();

        foreach (var caller in new[] { first, second })
        {
            var chat = await _told.EndedAsync(s => s.OperationName == "chat scripted" && s.TraceId == caller.TraceId, "its model call");
            Assert.Equal(["IThreadGrain/PostAsync", "IThreadGrain/PostAsync", "caller"], (await AncestorsAsync(chat))[^3..]);
        }
    }

    [Fact]
    public async Task A_run_that_waits_for_its_model_between_its_steps_stays_a_part_of_the_call_that_started_it()
    {
        // One place, and two runs that take turns at it.
        _models.Script(r => r.Turn < 3 ? new Reply().Call("ask", "{}").Finish("tool_calls") : new Reply().Text("done").Finish("stop"));
        await using var silo = await StartAsync(("Models:default:MaxConcurrent", "1"));
        var other = "run_" + Guid.NewGuid().ToString("n");
        var caller = await StartRunAsync(silo);
        Assert.Null((await silo.Run(other).StartAsync(new StartRun("asker", "go"), TestSilo.Meta())).Problem);
        await silo.UntilEndedAsync(_run);
        await silo.UntilEndedAsync(other);

        var last = await _told.EndedAsync(s => IsStretch(s) && s.GetTagItem("orleans_agents.run.status") is "completed", "the last stretch");
        Assert.All(_told.Ended.Where(IsStretch), stretch => Assert.Equal(caller.TraceId, stretch.TraceId));
        Assert.Equal(caller.TraceId, last.TraceId);
    }

    [Fact]
    public async Task A_run_of_a_request_that_is_not_kept_is_not_kept_either()
    {
        _models.Reply(r => r.Text("done").Finish("stop"));
        await using var silo = await StartAsync();
        var caller = await RecordedTrace.InSpanAsync(() => silo.Run(_run).StartAsync(new StartRun("asker", "go"), TestSilo.Meta()), isKept: false);
        await silo.UntilEndedAsync(_run);
        Assert.Equal(caller.Context.ToText(), ((RunCreated)(await silo.EventsAsync(_run))[0].Decode()!).Trace);
        Assert.DoesNotContain(_told.Ended, IsOfRun);
    }

    [Fact]
    public async Task A_call_without_a_span_is_told_as_none()
    {
        _models.Reply(r => r.Text("done").Finish("stop"));
        await using var silo = await StartAsync();
        Assert.Null((await silo.Run(_run).StartAsync(new StartRun("asker", "go"), TestSilo.Meta())).Problem);
        await silo.UntilEndedAsync(_run);
        Assert.Equal(default, (await _told.EndedAsync(IsStretch, "its stretch")).ParentSpanId);
        Assert.Null(((RunCreated)(await silo.EventsAsync(_run))[0].Decode()!).Trace);
    }

    private bool IsStretch(Activity span) => span.OperationName == "invoke_agent asker" && IsOfRun(span);

    private bool IsOfRun(Activity span) => span.GetTagItem("orleans_agents.run.id") as string == _run;

    private Task<Activity> EndedAsync(string name) => _told.EndedAsync(s => s.OperationName == name && IsOfRun(s), name);

    /// <summary>Once the stretch has ended, which ends after what is in it.</summary>
    private async Task<string[]> AncestorsAsync(Activity inStretch)
    {
        await _told.EndedAsync(s => s.SpanId == inStretch.ParentSpanId, "the stretch around it");
        return [.. _told.Ancestors(inStretch)];
    }

    private Task<Activity> StartRunAsync(TestSilo silo) => RecordedTrace.InSpanAsync(async () =>
        Assert.Null((await silo.Run(_run).StartAsync(new StartRun("asker", "go"), TestSilo.Meta())).Problem));

    private Task<TestSilo> StartAsync(params (string Key, string Value)[] settings) => TestSilo.StartAsync(
        _journal, new Dictionary<string, string?>([.. TestSilo.ModelAt(_models), new("Telemetry:GrainCalls", "true"), .. settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value))]),
        s => s
            .AddTool(new ToolRegistration(() => "yes", "ask") { Effect = ToolEffect.ReadOnly })
            .AddTool(new ToolRegistration(() => "yes", "shy") { Effect = ToolEffect.ReadOnly, NeedsApproval = _ => true })
            .AddAgent(new AgentDeclaration("asker", "Asks.", "Ask.", ["ask", "shy"]))
            .AddAgentsClient().AddSingleton<Handled>().AddHostedService<Handler>());

    private sealed class Handled
    {
        private readonly ConcurrentQueue<JournalEvent> _events = new();

        public void Add(JournalEvent e) => _events.Enqueue(e);

        public IEnumerable<string> Of(string runId) => _events.Where(e => e.JournalId == runId).Select(e => e.Type);
    }

    private sealed class Handler(LifecycleSource source, Handled handled) : LifecycleConsumer(source)
    {
        protected override bool Handles(string type) => type is "run.completed";

        /// <summary>From the beginning: it may come up after a run that a crash left has ended.</summary>
        protected override Task<DateTimeOffset?> LoadAsync(CancellationToken stopping) => Task.FromResult<DateTimeOffset?>(DateTimeOffset.UnixEpoch);

        protected override Task HandleAsync(JournalEvent e, CancellationToken stopping)
        {
            handled.Add(e);
            return Task.CompletedTask;
        }
    }
}
