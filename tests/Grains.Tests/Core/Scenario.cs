using System.Collections.Immutable;
using System.Text.Json;
using OrleansAgents.Core.Requests;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Tests.Specs;

/// <summary>Given / when / then over the core: no Orleans, no clock but its own.</summary>
internal sealed class Scenario
{
    public static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly JsonElement Empty = JsonDocument.Parse("{}").RootElement;

    public static readonly AgentDefinition Definition = new("docs", "Answers.", "Answer.", "default", [], 1_000);

    public RunState State { get; private set; } = RunState.Empty;
    public DateTimeOffset Now { get; set; } = Epoch;
    public List<RunEvent> Journal { get; } = [];
    public IReadOnlyList<RunEvent> Last { get; private set; } = [];
    public Problem? Refusal { get; private set; }

    public RunPolicy Policy { get; set; } = new(
        "run_1",
        new[]
        {
            Tool("look", ToolEffect.ReadOnly), Tool("book", ToolEffect.Idempotent), Tool("pay", ToolEffect.AtMostOnce),
        }.ToDictionary(t => t.Name),
        WindowTokens: 1_000, DefinitionTokens: 10, MaxOutputTokens: 100);

    public static Scenario Started(Budget? budget = null) => new Scenario().When(s => s.Begin(budget));

    public Start Begin(Budget? budget = null, DateTimeOffset? startAt = null) => new(
        Now, "docs", "sha256:0", "default", "question", Principal.Local, budget ?? new(), ImmutableDictionary<string, string>.Empty, startAt);

    public Scenario When(Func<Scenario, Command> command) => When(command(this));

    public Scenario When(Command command)
    {
        var decision = Decide.On(State, command, Policy);
        Assert.True(decision.Refusal is null || decision.Events.Count == 0);
        (State, Last, Refusal) = (decision.State, decision.Events, decision.Refusal);
        Journal.AddRange(decision.Events);
        return this;
    }

    public Scenario After(TimeSpan time)
    {
        Now += time;
        return this;
    }

    /// <summary>The events of the last commit, by name.</summary>
    public Scenario Then(params string[] names)
    {
        Assert.Null(Refusal);
        Assert.Equal(names, Last.Select(EventCodec.NameOf));
        return this;
    }

    public Scenario ThenRefused(string code)
    {
        Assert.Equal(code, Refusal?.Code);
        return this;
    }

    public Scenario ThenStatus(RunStatus status, string? reason = null)
    {
        var (s, r, _) = Standing.Of(State);
        Assert.Equal((status, reason), (s, r));
        return this;
    }

    public Scenario ThenDue(params string[] effects)
    {
        Assert.Equal(effects, Standing.Due(State).Select(e => $"{e.CallId ?? "model"}{(e.IsCheck ? "?" : "#")}{e.Attempt}"));
        return this;
    }

    public T Event<T>()
        where T : RunEvent => Assert.IsType<T>(Last.Last(e => e is T));

    public ModelAnswered Says(string text, params string[] tools) => Answers(text, [.. tools.Select(t => Ask(t))]);

    public ModelAnswered Answers(string text, params AskedCall[] calls) => new(
        Now, State.Model!.Step, State.Model.Attempt, [new TextPart(text)], calls, new Usage(10, 0, 5),
        calls.Length > 0 ? "tool_calls" : "stop", State.Model.Context.Tokens, "sha256:r");

    public static AskedCall Ask(string tool, string? invalid = null) => new("p", tool, Empty, invalid);

    /// <summary>A message that cuts what the model has said so far.</summary>
    public Message Interrupts(string text, string soFar) => new(
        Now, text, MessageDelivery.Interrupt, State.Model is { } m && soFar.Length > 0 ? new(m.Step, m.Attempt, [new TextPart(soFar)], "sha256:r") : null);

    public ModelFaulted Faults(FaultKind kind = FaultKind.Transient, TimeSpan? retryAfter = null) => new(
        Now, State.Model!.Step, State.Model.Attempt, new("x", "it broke"), kind, retryAfter, 1);

    public ToolReturned Returns(int call = 0, string result = "done") =>
        new(Now, State.Tools[call].CallId, State.Tools[call].Attempt, result, 3);

    public ToolErred Errs(int call = 0, ToolOutcome outcome = ToolOutcome.Failed) =>
        new(Now, State.Tools[call].CallId, State.Tools[call].Attempt, new("x", "it broke"), outcome);

    private static ToolDefinition Tool(string name, ToolEffect effect) => new(name, name, Empty, effect, TimeoutSeconds: 30, Retries: 1);
}
