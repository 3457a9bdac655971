using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Events;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>The names, kinds and attributes of the GenAI conventions, and what is told once is told once.</summary>
public sealed class TelemetryTests : IAsyncLifetime
{
    private const int Turns = 100;
    private readonly ConcurrentDictionary<object, bool> _hosts = new();
    private readonly TempFolder _folder = new();
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
        _folder.Dispose();
    }

    [Fact]
    public async Task A_run_with_two_tools_a_retry_and_a_restart_is_told_in_the_words_of_the_conventions()
    {
        var never = new TaskCompletionSource();
        _models.Reply(r => r.Error(429, "slow down"))
            .Reply(r => r.Call("shout", """{"word":"a"}""").Call("fail", """{"word":"b"}""").Finish("tool_calls").Usage(100, 20, cached: 40, reasoning: 5))
            .Reply(r => r.Text("half ").Wait(never.Task))
            .Reply(r => r.Text("whole").Finish("stop").Usage(200, 7));
        var id = "run_" + Guid.NewGuid().ToString("n");
        using var told = new RecordedTelemetry(id, Ours);
        await using (var first = await StartAsync())
        {
            Assert.Null((await first.Run(id).StartAsync(new StartRun("loud", "say a and b"), TestSilo.Meta())).Problem);
            await first.UntilAsync(id, v => v.Step == 4, "to ask for the answer");
            await first.UntilSaidAsync(id, "half ");
            told.Look();
        }

        await using var second = await StartAsync();
        Assert.Equal(RunStatus.Completed, (await second.UntilEndedAsync(id)).Status);
        await told.UntilAsync(9);

        SpansAreThoseOfTheConventions(told, id);
        FiguresAreThoseOfTheConventions(told, id);
        Assert.Equal(_models.Received.Count, told.Spans.Count(s => s.OperationName.StartsWith("chat", StringComparison.Ordinal)));
    }

    private void SpansAreThoseOfTheConventions(RecordedTelemetry told, string id)
    {
        var spans = told.Spans;
        Assert.Equal(
            ["chat scripted", "chat scripted", "chat scripted", "chat scripted", "execute_tool fail", "execute_tool shout", "invoke_agent loud", "invoke_agent loud", "invoke_agent loud"],
            spans.Select(s => s.OperationName).Order(StringComparer.Ordinal));
        var agents = spans.Where(s => s.OperationName.StartsWith("invoke_agent", StringComparison.Ordinal)).ToList();
        var chats = spans.Where(s => s.OperationName.StartsWith("chat", StringComparison.Ordinal)).ToList();
        var tools = spans.Where(s => s.OperationName.StartsWith("execute_tool", StringComparison.Ordinal)).OrderBy(s => s.OperationName).ToList();

        Assert.All(agents, a => Assert.Equal((ActivityKind.Internal, default), (a.Kind, a.ParentSpanId)));
        Assert.All(agents, a => Has(a, ("gen_ai.operation.name", "invoke_agent"), ("gen_ai.provider.name", "openai"), ("gen_ai.agent.name", "loud"),
            ("gen_ai.conversation.id", id), ("orleans_agents.run.id", id)));
        Assert.Equal(["waiting", null, "completed"], agents.Select(a => a.GetTagItem("orleans_agents.run.status")).Select(s => s is "running" ? null : s));
        Assert.Equal(chats[0].Context, Assert.Single(agents[1].Links).Context);
        Assert.Empty(agents[0].Links);
        Assert.Empty(agents[2].Links);

        Assert.All(chats, c => Assert.Equal(ActivityKind.Client, c.Kind));
        Assert.All(chats, c => Has(c, ("gen_ai.operation.name", "chat"), ("gen_ai.provider.name", "openai"), ("gen_ai.request.model", "scripted"),
            ("gen_ai.request.stream", true), ("gen_ai.conversation.id", id), ("server.address", "127.0.0.1"), ("server.port", _models.Endpoint.Port)));
        Assert.Equal(
            [(1, 1, "rate_limited"), (1, 2, null), (4, 1, "interrupted"), (4, 2, null)],
            chats.Select(c => ((int)c.GetTagItem("orleans_agents.step")!, (int)c.GetTagItem("orleans_agents.attempt")!, (string?)c.GetTagItem("error.type"))));
        Has(chats[1], ("gen_ai.usage.input_tokens", 100L), ("gen_ai.usage.output_tokens", 20L), ("gen_ai.usage.cache_read.input_tokens", 40L), ("gen_ai.usage.reasoning.output_tokens", 5L));
        Assert.Equal(["tool_calls"], Assert.IsType<string[]>(chats[1].GetTagItem("gen_ai.response.finish_reasons")));
        Assert.Equal([false, true, true, true], chats.Select(c => c.GetTagItem("gen_ai.response.time_to_first_chunk") is double));
        Assert.Equal([agents[0], agents[1], agents[1], agents[2]], chats.Select(c => agents.Single(a => a.SpanId == c.ParentSpanId && a.TraceId == c.TraceId)));

        Assert.All(tools, t => Assert.Equal((ActivityKind.Internal, agents[1].SpanId), (t.Kind, t.ParentSpanId)));
        Assert.All(tools, t => Has(t, ("gen_ai.operation.name", "execute_tool"), ("gen_ai.tool.type", "function"), ("gen_ai.conversation.id", id)));
        Assert.Equal([("fail", "tool_failed"), ("shout", null)], tools.Select(t => ((string)t.GetTagItem("gen_ai.tool.name")!, (string?)t.GetTagItem("error.type"))));
        Assert.All(tools, t => Assert.NotNull(t.GetTagItem("gen_ai.tool.call.id")));
        Assert.All(spans, s => Assert.Equal(s.GetTagItem("error.type") is null ? ActivityStatusCode.Unset : ActivityStatusCode.Error, s.Status));
    }

    private static void FiguresAreThoseOfTheConventions(RecordedTelemetry told, string id)
    {
        Assert.Equal(
            [("input", 100), ("output", 20), ("input", 200), ("output", 7)],
            told.Of("gen_ai.client.token.usage").Select(f => ((string)f.Tags["gen_ai.token.type"]!, (int)f.Value)));
        Assert.Equal(
            ["rate_limited", null, "interrupted", null],
            told.Of("gen_ai.client.operation.duration").Select(f => f.Tags.GetValueOrDefault("error.type")));
        Assert.Equal(3, told.Of("gen_ai.client.operation.time_to_first_chunk").Count);
        Assert.Equal(3, told.Of("gen_ai.invoke_agent.duration").Count);
        Assert.Equal(["fail", "shout"], told.Of("gen_ai.execute_tool.duration").Select(f => f.Tags["gen_ai.tool.name"]).Order());
        Assert.Equal(2, told.Of("orleans_agents.step.duration").Count(f => f.Tags["orleans_agents.step.kind"] is "tool"));
        Assert.NotEmpty(told.Of("orleans_agents.recovery.duration"));
        var appends = told.Of("orleans_agents.journal.append.duration").Select(f => f.Tags["orleans_agents.append.outcome"]).ToHashSet();
        Assert.Contains("committed", appends);
        // An update of the header alone may lose to the run's next append.
        Assert.Empty(appends.Except(["committed", "fenced"]));
        Assert.Empty(told.Of("orleans_agents.journal.fenced"));
        Assert.Contains(told.Of("orleans_agents.runs"), f => f is { Value: 1 } && f.Tags["orleans_agents.run.state"] is "working");
        Assert.Single(told.Of("orleans_agents.run.events"), f => f.Tags["orleans_agents.event.type"] is "run.completed");
        Assert.DoesNotContain(told.Figures.SelectMany(f => f.Tags.Values), v => v is string s && s.Contains(id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_long_journal_that_is_folded_again_tells_of_no_call_and_no_token()
    {
        var never = new TaskCompletionSource();
        _models.Script(r => r.Turn < Turns ? new Reply().Call("shout", """{"word":"x"}""").Finish("tool_calls").Usage(10, 1) : new Reply().Text("…").Wait(never.Task));
        string id;
        await using (var first = await StartAsync())
        {
            id = await first.StartRunAsync("loud", "go on");
            await first.UntilAsync(id, v => v.Step == (2 * Turns) + 1, "to have taken its steps");
            Assert.NotNull((await first.Run(id).PauseAsync(PauseMode.Now, TestSilo.Meta())).Receipt);
        }

        using var told = new RecordedTelemetry(id, Ours);
        await using var second = await StartAsync();
        Assert.NotNull((await second.Run(id).CancelAsync(null, TestSilo.Meta())).Receipt);
        await second.UntilEndedAsync(id);

        // It listened: the fold itself was told.
        Assert.Single(told.Of("orleans_agents.recovery.duration"));
        Assert.Empty(told.Spans);
        Assert.DoesNotContain(told.Figures, f => f.Instrument.StartsWith("gen_ai.", StringComparison.Ordinal));
        Assert.Equal(Turns + 1, _models.Received.Count);
    }

    [Fact]
    public async Task Runs_that_wait_for_a_person_are_counted_by_kind_until_somebody_answers()
    {
        _models.Reply(r => r.Call("ask", "{}").Finish("tool_calls")).Reply(r => r.Text("thanks").Finish("stop"));
        using var told = new RecordedTelemetry("", Ours);
        await using var silo = await StartAsync(s => s
            .AddSingleton(new RunsOptions { Tick = TimeSpan.FromMilliseconds(50), TicksPerSweep = 1 })
            .AddTool(new ToolRegistration(() => "yes", "ask") { Effect = ToolEffect.ReadOnly, NeedsApproval = _ => true })
            .AddAgent(new AgentDeclaration("shy", "Asks.", "Ask.", ["ask"])));
        await CountedAsync(told, 0);
        var id = await silo.StartRunAsync("shy", "may I?");
        await silo.UntilAsync(id, v => v.Pending.Count == 1, "to ask");
        await CountedAsync(told, 1);

        await silo.Run(id).ResolveAsync("call_1_1", CallDecision.Retry, null, TestSilo.Meta());
        await silo.UntilEndedAsync(id);
        await CountedAsync(told, 0);
    }

    /// <summary>Asks the gauge until it says so.</summary>
    private static async Task CountedAsync(RecordedTelemetry told, int wanted)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            told.Figures.Clear();
            told.Look();
            if (told.Of("orleans_agents.pending") is [{ } figure] && (string)figure.Tags["orleans_agents.pending.kind"]! == "decision" && (int)figure.Value == wanted)
            {
                return;
            }

            Assert.True(
                TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30),
                $"Waited 30 s for {wanted} pending; it is {string.Join(' ', told.Of("orleans_agents.pending"))}.");
            await Task.Delay(20);
        }
    }

    private bool Ours(object? scope) => scope is not null && _hosts.ContainsKey(scope);

    /// <summary>Without snapshots, so that a takeover folds everything.</summary>
    private Task<TestSilo> StartAsync(Action<IServiceCollection>? more = null) => TestSilo.StartAsync(_journal, TestSilo.ModelAt(_models), s =>
    {
        s.AddSingleton(new RunsOptions { SnapshotEvery = int.MaxValue })
            .AddTool(new ToolRegistration((string word) => word.ToUpperInvariant(), "shout") { Effect = ToolEffect.ReadOnly })
            .AddTool(new ToolRegistration(string (string word) => throw new ToolException(word), "fail") { Effect = ToolEffect.ReadOnly })
            .AddAgent(new AgentDeclaration("loud", "Shouts.", "Shout.", ["shout", "fail"]))
            .AddSingleton<IMeterFactory>(_ => Remember(new MeterFactory()));
        more?.Invoke(s);
    });

    private MeterFactory Remember(MeterFactory factory)
    {
        _hosts[factory] = true;
        return factory;
    }

    private static void Has(Activity span, params (string Name, object Value)[] wanted) =>
        Assert.Equal(wanted, wanted.Select(w => (w.Name, span.GetTagItem(w.Name)!)));

    /// <summary>Known before its first meter, so that a listener can tell one host's figures from another's.</summary>
    private sealed class MeterFactory : IMeterFactory
    {
        private readonly List<Meter> _meters = [];

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(options.Name, options.Version, options.Tags, this);
            _meters.Add(meter);
            return meter;
        }

        public void Dispose() => _meters.ForEach(m => m.Dispose());
    }
}
