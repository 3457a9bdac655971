using OrleansAgents.Events;
using OrleansAgents.Live;

namespace OrleansAgents.Runs;

/// <summary>One agent run. The key is the run id.</summary>
/// <remarks>
/// Every method answers at once; none waits for the run to finish. An accepted command is durable before its receipt and
/// takes effect once, however often it is repeated with its id. A call may be refused as <see cref="ProblemCodes.RunMoved"/>
/// while the run changes silos: repeat it with the same command id.
/// </remarks>
[Alias("run")]
public interface IRunGrain : ILiveSource
{
    /// <summary>Creates the run.</summary>
    [Alias("start")]
    Task<CommandResult> StartAsync(StartRun request, CommandMeta meta);

    /// <summary>From acceptance on nothing new starts.</summary>
    [Alias("pause")]
    Task<CommandResult> PauseAsync(PauseMode mode, CommandMeta meta);

    /// <summary>Releases a pause.</summary>
    [Alias("resume")]
    Task<CommandResult> ResumeAsync(CommandMeta meta);

    /// <summary>Makes the waiting attempt at a model call now. Changes nothing in a run that waits for none.</summary>
    [Alias("retry")]
    Task<CommandResult> RetryAsync(CommandMeta meta);

    /// <summary>Ends the run; calls that may not be cut get 10 s.</summary>
    [Alias("cancel")]
    Task<CommandResult> CancelAsync(string? reason, CommandMeta meta);

    /// <summary>Says something to a run at work. It is seen by the next model call, whatever happens between.</summary>
    [Alias("message")]
    Task<CommandResult> MessageAsync(string content, MessageDelivery delivery, CommandMeta meta);

    /// <summary>Records what the user thinks of the answer, also after the end of the run.</summary>
    /// <param name="note">2,000 characters at most.</param>
    [Alias("give-feedback")]
    Task<CommandResult> GiveFeedbackAsync(FeedbackValue value, string? note, CommandMeta meta);

    /// <summary>Answers what the run waits for.</summary>
    [Alias("resolve")]
    Task<CommandResult> ResolveAsync(string callId, CallDecision decision, string? result, CommandMeta meta);
}

/// <summary>What every command carries.</summary>
/// <param name="CommandId">The client's, or a random one.</param>
/// <param name="RequestHash">SHA-256 of the parsed request, hexadecimal.</param>
[GenerateSerializer, Immutable, Alias("command-meta")]
public sealed record CommandMeta(
    [property: Id(0)] string CommandId, [property: Id(1)] string RequestHash, [property: Id(2)] Principal Principal);

/// <summary>A request to start a run.</summary>
/// <param name="Model">Name of a model configuration that the agent allows; the agent's own when null.</param>
/// <param name="Instructions">Replaces the agent's instructions for this run, where the agent allows it.</param>
/// <param name="OutputSchema">JSON schema that the answer must fit; the agent's own when null.</param>
[GenerateSerializer, Immutable, Alias("start-run")]
public sealed record StartRun(
    [property: Id(0)] string Agent, [property: Id(1)] string Input, [property: Id(2)] string? Model = null,
    [property: Id(3)] string? Instructions = null, [property: Id(4)] Dictionary<string, string>? Metadata = null,
    [property: Id(5)] Budget? Budget = null, [property: Id(6)] DateTimeOffset? StartAt = null,
    [property: Id(7)] RawJson? OutputSchema = null);

/// <summary>Either a receipt or a problem.</summary>
[GenerateSerializer, Immutable, Alias("command-result")]
public sealed record CommandResult([property: Id(0)] Receipt? Receipt, [property: Id(1)] Problem? Problem)
{
    public static implicit operator CommandResult(Receipt receipt) => new(receipt, null);

    public static implicit operator CommandResult(Problem problem) => new(null, problem);

    public static CommandResult FromReceipt(Receipt receipt) => receipt;

    public static CommandResult FromProblem(Problem problem) => problem;
}

/// <summary>The acknowledgement of a command.</summary>
/// <param name="Status"><c>accepted</c>, or <c>duplicate</c> when it was known before.</param>
/// <param name="Seq">Seq of the first event that followed from it, or the head where none did.</param>
[GenerateSerializer, Immutable, Alias("receipt")]
public sealed record Receipt([property: Id(0)] string CommandId, [property: Id(1)] string Status, [property: Id(2)] long Seq);

/// <summary>A refusal: a stable code, a sentence, the field where one is at fault.</summary>
[GenerateSerializer, Immutable, Alias("problem")]
public sealed record Problem(
    [property: Id(0)] string Code, [property: Id(1)] string Message, [property: Id(2)] string? Field = null,
    [property: Id(3)] RunStatus? Status = null, [property: Id(4)] string? By = null);

/// <summary>Stable codes of refusals that grains give.</summary>
public static class ProblemCodes
{
    public const string RunNotFound = "run_not_found";
    public const string RunDeleted = "run_deleted";
    public const string AgentNotFound = "agent_not_found";
    public const string ModelNotFound = "model_not_found";
    public const string ModelNotAllowed = "model_not_allowed";
    public const string InstructionsNotAllowed = "instructions_not_allowed";
    public const string InvalidState = "invalid_state";
    public const string InvalidRequest = "invalid_request";
    public const string PendingNotFound = "pending_not_found";
    public const string RetryTooEarly = "retry_too_early";
    public const string IdempotencyMismatch = "idempotency_mismatch";
    public const string RunMoved = "run_moved";
    public const string StorageFull = "storage_full";
    public const string StorageUnavailable = "storage_unavailable";
    public const string RunCorrupt = "run_corrupt";
    public const string ThreadCorrupt = "thread_corrupt";
    public const string FactsCorrupt = "facts_corrupt";
    public const string ThreadNotFound = "thread_not_found";
    public const string ThreadDeleted = "thread_deleted";
    public const string ThreadBusy = "thread_busy";
    public const string QueueFull = "queue_full";
    public const string MessageTaken = "message_taken";
    public const string AgentRequired = "agent_required";
    public const string FactNotFound = "fact_not_found";
    public const string StepNotFound = "step_not_found";
    public const string BodyNotFound = "body_not_found";
    public const string SearchUnavailable = "search_unavailable";
    public const string InvalidVersion = "invalid_version";
}
