using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using OrleansAgents.Agents.Catalog;
using OrleansAgents.Agents.Models;
using OrleansAgents.Agents.Tools;
using OrleansAgents.Client.Live;
using OrleansAgents.Core.Memory;
using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Grains.Interfaces;
using OrleansAgents.Grains.Lifecycle;
using OrleansAgents.Grains.Live;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Grains.Telemetry;
using OrleansAgents.Journal;
using OrleansAgents.Live;
using OrleansAgents.Runs;
using OrleansAgents.Telemetry;

namespace OrleansAgents.Grains.Runs;

/// <summary>The shell around the core: writes what it decides, starts what is due, and tells those who follow.</summary>
/// <remarks>
/// All durable change goes through the one inbox of <c>RunGrain.Commit.cs</c>; effects run detached (<c>RunGrain.Effects.cs</c>)
/// and come back as commands. The grain is reentrant because every turn is short and the inbox keeps the order.
/// </remarks>
[Reentrant]
[GrainType("run")]
internal sealed partial class RunGrain(
    IJournal journal, IAgentCatalog catalog, IModelCaller models, IToolCaller tools, LiveHub hub, LiveLanes lanes, Outbox outbox,
    LocalRuns localRuns, Ownership ownership, RunsOptions options, TimeProvider time, RunTelemetry telemetry, ILogger<RunGrain> log) : Grain, IRunGrain, IRunUpkeep
{
    private string Id => this.GetPrimaryKeyString();

    public Task<CommandResult> StartAsync(StartRun request, CommandMeta meta) => CreateAsync(request, null, meta);

    public Task<CommandResult> StartTurnAsync(StartRun request, TurnStart turn, CommandMeta meta) => CreateAsync(request, turn, meta);

    private async Task<CommandResult> CreateAsync(StartRun request, TurnStart? turn, CommandMeta meta)
    {
        if (Startable.Refusal(catalog, request.Agent, request.Model, request.Instructions, request.Budget, request.OutputSchema) is { } refusal)
        {
            return refusal;
        }

        var agent = catalog.Find(request.Agent)!;
        var definition = agent with
        {
            Model = request.Model ?? agent.Model,
            Instructions = request.Instructions ?? agent.Instructions,
            Output = request.OutputSchema is { } schema ? Startable.SchemaOf(schema) : agent.Output,
        };
        var body = definition.ToBody();
        var bodies = new List<Body> { new(Bodies.Hash(body), body) };
        var hash = bodies[0].Ref;
        var input = Bodies.Store(request.Input, bodies);
        var earlier = await WithFactsAsync(definition, turn?.Earlier, meta.Principal);
        BodyRef? said = null;
        if (earlier is not null)
        {
            said = new(Bodies.Hash(earlier), earlier.Length, "");
            bodies.Add(new(said.Ref, earlier));
        }

        var context = earlier is null ? null : EarlierContext.FromBody(earlier);
        var asked = request.Budget ?? options.DefaultBudget;
        var budget = new Budget(
            asked.Steps ?? options.DefaultBudget.Steps, asked.Tokens ?? options.DefaultBudget.Tokens,
            asked.Seconds ?? options.DefaultBudget.Seconds, asked.Cost ?? options.DefaultBudget.Cost);
        var metadata = request.Metadata?.ToImmutableDictionary() ?? ImmutableDictionary<string, string>.Empty;
        // A turn may be started by whoever comes to its thread; it works for the one who posted it.
        var asker = turn is null ? AgentTelemetry.Caller : AgentTelemetry.SpanOf(turn.Trace);
        var trace = asker.ToText();
        return await CommitAsync(
            now => new Start(now, agent.Name, hash, definition.Model, input, meta.Principal, budget, metadata, request.StartAt, turn?.ThreadId, said, turn?.Restored ?? false, context?.Manifest?.MemoryVersion, trace),
            meta, bodies,
            () => HeldRun.New(
                Id, 1, definition, hash, request.Input, context, catalog, RunState.Empty, trace),
            asked: asker);
    }

    public Task<CommandResult> PauseAsync(PauseMode mode, CommandMeta meta) =>
        StopAsync((now, partial) => new Pause(now, mode, meta.Principal.User, partial), cuts: mode == PauseMode.Now, meta);

    public Task<CommandResult> ResumeAsync(CommandMeta meta) => CommitAsync(now => new Resume(now), meta);

    public Task<CommandResult> RetryAsync(CommandMeta meta) => CommitAsync(now => new Retry(now, meta.Principal.User), meta);

    public Task<CommandResult> CancelAsync(string? reason, CommandMeta meta) =>
        StopAsync((now, partial) => new Cancel(now, reason, meta.Principal.User, partial), cuts: true, meta);

    public Task<CommandResult> GiveFeedbackAsync(FeedbackValue value, string? note, CommandMeta meta) =>
        CommitAsync(now => new GiveFeedback(now, value, note, meta.Principal.User), meta);

    public Task<CommandResult> ResolveAsync(string callId, CallDecision decision, string? result, CommandMeta meta)
    {
        var bodies = new List<Body>();
        var text = result is null ? null : Bodies.Store(result, bodies);
        return CommitAsync(now => new Resolve(now, callId, decision, text, meta.Principal.User), meta, bodies);
    }

    public Task<CommandResult> MessageAsync(string content, MessageDelivery delivery, CommandMeta meta)
    {
        var bodies = new List<Body>();
        var text = Bodies.Store(content, bodies);
        return StopAsync((now, partial) => new Message(now, text, delivery, partial), cuts: delivery == MessageDelivery.Interrupt, meta, bodies);
    }

    /// <summary>A command that may cut the open answer: what was said of it goes with the command.</summary>
    private Task<CommandResult> StopAsync(Func<DateTimeOffset, PartialAnswer?, Command> make, bool cuts, CommandMeta meta, List<Body>? bodies = null)
    {
        bodies ??= [];
        PartialAnswer? partial = null;
        return CommitAsync(now => make(now, cuts ? partial ??= Cut(bodies) : null), meta, bodies);
    }

    public Task<OpenAttempt?> AttachAsync(ILiveSink sink, long lane) => Task.FromResult(lanes.Attach(Id, sink, lane));

    public Task DetachAsync(ILiveSink sink)
    {
        lanes.Detach(Id, sink);
        return Task.CompletedTask;
    }

    public async Task<Problem?> EnsureRunningAsync(WakeReason reason) => (await CommitAsync(now => new Wake(now, reason), null)).Problem;

    public Task RecordLateAsync(string callId, int attempt, string? text, RunError? error)
    {
        var bodies = new List<Body>();
        var result = text is null ? null : Bodies.Store(text, bodies);
        return CommitAsync(
            now => result is null
                ? new ToolErred(now, callId, attempt, error!, ToolOutcome.Failed)
                : new ToolReturned(now, callId, attempt, result, 0), null, bodies);
    }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        localRuns.Add(Id, GrainContext);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        try
        {
            await HandBackAsync();
        }
        finally
        {
            Drop();
            localRuns.Remove(Id, GrainContext);
        }
    }
}
