using Microsoft.Extensions.Logging;
using OrleansAgents.Agents.Catalog;
using OrleansAgents.Client.Live;
using OrleansAgents.Core.Threads;
using OrleansAgents.Events;
using OrleansAgents.Grains.Interfaces;
using OrleansAgents.Grains.Live;
using OrleansAgents.Grains.Runs;
using OrleansAgents.Grains.Search;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;
using OrleansAgents.Live;
using OrleansAgents.Runs;
using OrleansAgents.Telemetry;
using OrleansAgents.Threads;

namespace OrleansAgents.Grains.Threads;

/// <summary>The shell around a thread's core: one command at a time, durable before anything is done with it.</summary>
/// <remarks>
/// Not reentrant: turns, messages and ends are decided in the order of arrival. Nothing is in flight between calls, so the
/// journal has no owner; whatever goes wrong, the state is dropped and folded again by the next call.
/// </remarks>
[GrainType("thread")]
internal sealed partial class ThreadGrain(
    IJournal journal, IAgentCatalog catalog, LiveHub hub, LiveLanes lanes, TimeProvider time, ThreadSearch search, ILogger<ThreadGrain> log) : Grain, IThreadGrain, IThreadUpkeep
{
    private string Id => this.GetPrimaryKeyString();

    public async Task<CommandResult> OpenAsync(string? title, CommandMeta meta) =>
        await RefusalOf(meta.Principal) is { } problem ? problem
            : await CommitAsync(now => new OpenThread(now, title ?? "New thread", meta.Principal), meta);

    public async Task<PostResult> PostAsync(PostMessage message, CommandMeta meta)
    {
        if (await RefusalOf(meta.Principal) is { } problem)
        {
            return new(null, null, problem);
        }

        var agent = message.Agent ?? _held?.State.Agent ?? (catalog.Agents.Count == 1 ? catalog.Agents.First().Name : null);
        if (agent is null)
        {
            return new(null, null, new(ProblemCodes.AgentRequired, "Name the agent that answers; GET /v1/agents lists them.", "agent"));
        }

        if (Startable.Refusal(catalog, agent, message.Model, message.Instructions, message.Budget, message.OutputSchema) is { } refusal)
        {
            return new(null, null, refusal);
        }

        var bodies = new List<Body>();
        var input = Bodies.Store(message.Input, bodies);
        var options = new TurnOptions(message.Model, message.Instructions, message.Metadata, message.Budget, message.StartAt, message.OutputSchema, AgentTelemetry.Caller.ToText());
        var result = await CommitAsync(
            now => new PostToThread(
                now, Id, meta.CommandId, TitleOf(message.Input), meta.Principal, agent, input, options == new TurnOptions() ? null : options,
                message.WhenBusy),
            meta, bodies);
        if (result.Receipt is not { } receipt)
        {
            return new(null, null, result.Problem);
        }

        await GoOnAsync();
        try
        {
            return new(receipt, await RunOfAsync(meta.CommandId, receipt.Seq), null);
        }
        catch (Exception e) when (JournalProblems.Thread.Of(e) is { } unread)
        {
            return new(null, null, unread);
        }
    }

    public Task<CommandResult> ChangeAsync(string? title, bool? pinned, bool? archived, CommandMeta meta) =>
        CommandAsync(now => new ChangeThread(now, meta.Principal.User, title, pinned, archived), meta);

    public Task<CommandResult> EditQueuedAsync(string messageId, string input, CommandMeta meta)
    {
        var bodies = new List<Body>();
        var text = Bodies.Store(input, bodies);
        return CommandAsync(now => new EditQueued(now, messageId, text, meta.Principal.User), meta, bodies);
    }

    public Task<CommandResult> RemoveQueuedAsync(string messageId, CommandMeta meta) =>
        CommandAsync(now => new RemoveQueued(now, messageId, meta.Principal.User), meta);

    /// <summary>A command to a thread that has to exist already.</summary>
    private async Task<CommandResult> CommandAsync(Func<DateTimeOffset, ThreadCommand> make, CommandMeta meta, IReadOnlyList<Body>? bodies = null) =>
        await RefusalOf(meta.Principal) is { } problem ? problem
            : (await HeldAsync()).State.Exists ? await CommitAsync(make, meta, bodies)
            : NotFound;

    public async Task<Problem?> DeleteAsync(Principal principal)
    {
        if (await RefusalOf(principal) is { } problem)
        {
            return problem;
        }

        if (!(await HeldAsync()).State.Exists)
        {
            return NotFound;
        }

        var closed = await CommitAsync(now => new CloseThread(now), null);
        return closed.Problem ?? await EraseAsync();
    }

    public Task<OpenAttempt?> AttachAsync(ILiveSink sink, long lane) => Task.FromResult(lanes.Attach(Id, sink, lane));

    public Task DetachAsync(ILiveSink sink)
    {
        lanes.Detach(Id, sink);
        return Task.CompletedTask;
    }

    public async Task EnsureRunningAsync()
    {
        if ((await HeldAsync()).State is { Exists: true, Closed: var closed })
        {
            await (closed ? EraseAsync() : GoOnAsync());
        }
    }

    public async Task ExpireAsync(DateTimeOffset before)
    {
        if ((await HeldAsync()).State is { Exists: true, Active: null } s && s.UpdatedAt < before
            && (await CommitAsync(now => new CloseThread(now), null)).Problem is null)
        {
            await EraseAsync();
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Drop();
        return Task.CompletedTask;
    }

    private static Problem NotFound { get; } = new(ProblemCodes.ThreadNotFound, "There is no such thread.", "id");

    /// <summary>Somebody else's thread is answered like an unknown one.</summary>
    private async Task<Problem?> RefusalOf(Principal principal)
    {
        try
        {
            var state = (await HeldAsync()).State;
            return state.Exists && state.Principal != principal ? NotFound : null;
        }
        catch (JournalDeletedException e) when (e.Owner != principal)
        {
            return NotFound;
        }
        catch (Exception e) when (JournalProblems.Thread.Of(e) is { } problem)
        {
            return problem;
        }
    }

    /// <summary>Which run has a message, as the journal tells it from <paramref name="seq"/> on.</summary>
    private async Task<string?> RunOfAsync(string messageId, long seq)
    {
        string? run = null;
        await foreach (var e in journal.ReadAllAsync(Id, seq - 1))
        {
            switch (e.Decode())
            {
                case TurnAccepted t when t.MessageId == messageId:
                    return t.RunId;
                case MessageDelivered d when d.MessageId == messageId:
                    return d.RunId;
                case MessageAccepted m when m.MessageId == messageId:
                    run = m.RunId ?? _held?.State.Active?.RunId;
                    break;
            }
        }

        return run;
    }

    private static string TitleOf(string input)
    {
        const int Max = 80;
        var line = input.TrimStart().Split('\n', 2)[0].TrimEnd();
        return line.Length <= Max ? line : line[..(char.IsHighSurrogate(line[Max - 1]) ? Max - 1 : Max)] + "…";
    }
}
