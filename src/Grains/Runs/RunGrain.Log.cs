using Microsoft.Extensions.Logging;

namespace OrleansAgents.Grains.Runs;

internal sealed partial class RunGrain
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{RunId} acquired: epoch {Epoch}, head {Head}.")]
    private static partial void Acquired(ILogger log, string runId, long epoch, long head);

    [LoggerMessage(Level = LogLevel.Information, Message = "{RunId} is no longer ours: {Reason}")]
    private static partial void Lost(ILogger log, string runId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{RunId} stalls: {Reason} It goes on by itself when the store takes writes again.")]
    private static partial void Stalled(ILogger log, string runId, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{RunId} could not commit and was let go; a supervisor takes it up again from its journal.")]
    private static partial void CommitFailed(ILogger log, Exception error, string runId);

    [LoggerMessage(Level = LogLevel.Error, Message = "{RunId} step {Step} attempt {Attempt} ({What}) failed in this process, not at the model or the tool; the run records that and goes on.")]
    private static partial void EffectFailed(ILogger log, Exception error, string runId, int step, int attempt, string what);

    [LoggerMessage(Level = LogLevel.Error, Message = "{RunId} lost its place in the queue of model {Model}; it takes another.")]
    private static partial void QueueFailed(ILogger log, Exception error, string runId, string model);

    [LoggerMessage(Level = LogLevel.Error, Message = "{RunId} cannot record {What}; the step fails instead.")]
    private static partial void Unrecordable(ILogger log, Exception error, string runId, string what);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{RunId} has no new snapshot; nothing is lost, its next fold reads more.")]
    private static partial void SnapshotFailed(ILogger log, Exception error, string runId);
}
