using System.Collections.Concurrent;
using System.Text;
using OrleansAgents.Client.Live;
using OrleansAgents.Events;
using OrleansAgents.Gateway.Tests.Streams;
using OrleansAgents.Live;
using OrleansAgents.Runs;

namespace OrleansAgents.Gateway.Tests.Doubles;

/// <summary>Runs whose journals and live lanes a test writes by hand. Thread-safe.</summary>
internal sealed class ScriptedRuns : IRunReader, ILiveTail
{
    private readonly ConcurrentDictionary<string, ScriptedRun> _runs = [];

    /// <summary>Commands that reached a run.</summary>
    public ConcurrentQueue<(string RunId, string Command, CommandMeta Meta)> Commands { get; } = [];

    public ConcurrentQueue<Problem> Refusals { get; } = [];

    public ConcurrentQueue<Exception> Failures { get; } = [];

    /// <summary>What lists show.</summary>
    public ScriptedLists Lists { get; } = new();

    public string? StoreRefusal { get; set; }

    public ScriptedRun Run(string id) => _runs.GetOrAdd(id, i => new(i));

    public bool Exists(string id) => _runs.ContainsKey(id);

    public IRunGrain Grain(string id) => new ScriptedGrain(this, id);

    public ILiveSubscription Subscribe(string runId) => _runs.TryGetValue(runId, out var run) ? run.Subscribe() : new ScriptedRun(runId).Subscribe();

    public IReadOnlyCollection<string> Followed => [.. _runs.Where(r => r.Value.IsFollowed).Select(r => r.Key)];

    public void Beat(string runId, long head) => Run(runId).Beat(head);

    public Task<IReadOnlyList<long>> HeadsAsync(IReadOnlyList<string> runIds) =>
        Task.FromResult<IReadOnlyList<long>>([.. runIds.Select(id => Run(id).Head)]);

    public Task<IReadOnlyList<RunChange>> ChangesAsync(DateTimeOffset since, string afterId, int limit) => Task.FromResult<IReadOnlyList<RunChange>>([]);

    public Task<IReadOnlyList<UserRun>> SummariesAsync(IReadOnlyList<string> runIds) => Lists.SummariesAsync(runIds);

    public Task<Read<RunView>> ViewAsync(Principal principal, string runId) => Of(runId, run => run.View());

    public Task<RunList> ListAsync(Principal principal, RunListFilter filter) => filter.Cursor is null
        ? Lists.ListAsync(principal, filter)
        : Task.FromResult(new RunList([], null, new("invalid_cursor", "No list gave this out.", "cursor")));

    public Task<Read<EventPage>> EventsAsync(Principal principal, string runId, long after, int limit)
    {
        if (Failures.TryDequeue(out var failure))
        {
            throw failure;
        }

        return Of(runId, run => run.Page(after, limit));
    }

    public Task<Read<StepList>> StepsAsync(Principal principal, string runId, int afterStep, int limit) => Of(runId, _ => new StepList([], null));

    public Task<Read<StepContext>> ContextAsync(Principal principal, string runId, int step) =>
        Task.FromResult(new Read<StepContext>(null, new(ProblemCodes.StepNotFound, "No such step.")));

    public Task<Read<byte[]>> BodyAsync(Principal principal, string runId, string reference) => Of(runId, run =>
        run.Bodies.TryGetValue(reference, out var text) ? Encoding.UTF8.GetBytes(text) : null);

    public Task<Problem?> DeleteAsync(Principal principal, string runId) => Task.FromResult<Problem?>(
        Exists(runId) ? null : new(ProblemCodes.RunNotFound, "There is no such run."));

    public Task<IReadOnlyList<AgentView>> AgentsAsync() => Task.FromResult<IReadOnlyList<AgentView>>(
        [new("docs", "Reads.", "sha256:0", "default", true, [new("read", "Reads.", ToolEffect.ReadOnly, false, new("{}"u8.ToArray()))], false, ["default"])]);

    public Task<StoreHealth> HealthAsync() => Task.FromResult(new StoreHealth(StoreRefusal));

    private Task<Read<T>> Of<T>(string runId, Func<ScriptedRun, T?> read)
        where T : class => Task.FromResult(
        !_runs.TryGetValue(runId, out var run) ? new Read<T>(null, null)
        : read(run) is { } value ? new Read<T>(value, null)
        : new Read<T>(null, new(ProblemCodes.BodyNotFound, "No such body.")));

    private sealed class ScriptedGrain(ScriptedRuns runs, string id) : IRunGrain
    {
        public Task<CommandResult> StartAsync(StartRun request, CommandMeta meta) => Given("start", meta, () => runs.Run(id).Record(SampleEvents.Created));

        public Task<CommandResult> PauseAsync(PauseMode mode, CommandMeta meta) => Given("pause", meta, null);

        public Task<CommandResult> ResumeAsync(CommandMeta meta) => Given("resume", meta, null);

        public Task<CommandResult> RetryAsync(CommandMeta meta) => Given("retry", meta, null);

        public Task<CommandResult> CancelAsync(string? reason, CommandMeta meta) => Given("cancel", meta, null);

        public Task<CommandResult> MessageAsync(string content, MessageDelivery delivery, CommandMeta meta) => Given("message", meta, null);

        public Task<CommandResult> GiveFeedbackAsync(FeedbackValue value, string? note, CommandMeta meta) => Given("feedback", meta, null);

        public Task<CommandResult> ResolveAsync(string callId, CallDecision decision, string? result, CommandMeta meta) => Given("resolve", meta, null);

        public Task<OpenAttempt?> AttachAsync(ILiveSink sink, long lane) => throw new NotSupportedException();

        public Task DetachAsync(ILiveSink sink) => throw new NotSupportedException();

        /// <summary>A test sees the command when it has had its effect.</summary>
        private Task<CommandResult> Given(string command, CommandMeta meta, Action? effect)
        {
            var result = Do(meta, effect);
            runs.Commands.Enqueue((id, command, meta));
            return result;
        }

        private Task<CommandResult> Do(CommandMeta meta, Action? effect)
        {
            if (runs.Refusals.TryDequeue(out var refusal))
            {
                return Task.FromResult<CommandResult>(refusal);
            }

            if (effect is null && !runs.Exists(id))
            {
                return Task.FromResult<CommandResult>(new Problem(ProblemCodes.RunNotFound, "There is no such run."));
            }

            effect?.Invoke();
            return Task.FromResult<CommandResult>(new Receipt(meta.CommandId, "accepted", 1));
        }
    }
}
