using Microsoft.Extensions.Logging;
using OrleansAgents.Core.Memory;
using OrleansAgents.Core.Memory.Compression;
using OrleansAgents.Events;
using OrleansAgents.Grains.Interfaces;
using OrleansAgents.Journal;

namespace OrleansAgents.Grains.Memory;

/// <summary>Summaries, made in the background: one at a time, each on top of the version before, while turns go on.</summary>
internal sealed partial class MemoryGrain
{
    private Task _compressing = Task.CompletedTask;

    /// <summary>Begins what is due once the conversation no longer fits. Does not wait.</summary>
    private void Compress(long budget)
    {
        if ((!_transcript.Fits(budget) || _toForget.Count > 0) && _compressing.IsCompleted)
        {
            _compressing = CompressAsync();
        }
    }

    private async Task CompressAsync()
    {
        try
        {
            while (_toForget.TryPeek(out var gone))
            {
                await GrainFactory.GetGrain<IThreadUpkeep>(Id).ForgetTurnAsync(gone.Turn, gone.RunId);
                _toForget.Dequeue();
            }

            while (await NextAsync() is { } next && await RecordAsync(next.Version, next.Outcome) && next.Outcome is MemoryCompacted)
            {
            }
        }
        catch (Exception e) when (e is JournalDamagedException or JournalDeletedException or StorageRefusedException or TimeoutException or OrleansException)
        {
            // The next turn begins it again: what is due is a function of what is recorded.
            Delayed(log, e, Id);
        }
    }

    /// <summary>Makes the next summary, or finds that it cannot; null when none is due, or a run was deleted that it would tell of.</summary>
    private async Task<(int Version, ThreadEvent Outcome)?> NextAsync()
    {
        var next = await InTurnAsync(async () =>
        {
            await ReadOnAsync();
            return Compaction.Due(_memory, _transcript.Turns, options.ChunkTokens, options.ChunkTokens / 2, time.GetUtcNow()) is { } due
                ? (_memory, new Compressor(_transcript, due), _forgets)
                : ((MemoryState Memory, Compressor Compressor, int Forgets)?)null;
        });
        if (next is not var (memory, compressor, forgets))
        {
            return null;
        }

        if (options.Model is not { } model || memory.SpentTokens >= (options.ThreadTokens ?? long.MaxValue))
        {
            return (memory.Version, compressor.Extract(memory.Version + 1));
        }

        DelayDeactivation(TimeSpan.FromMinutes(10));
        var outcome = await writer.WriteAsync(model, compressor, memory);
        return forgets == _forgets ? (memory.Version, outcome) : null;
    }

    private Task<bool> RecordAsync(int version, ThreadEvent outcome) =>
        GrainFactory.GetGrain<IThreadUpkeep>(Id).RecordMemoryAsync(version, EventCodec.NameOf(outcome), EventCodec.Encode(outcome));

    [LoggerMessage(Level = LogLevel.Warning, Message = "The memory of {ThreadId} could not be compressed now; the next turn begins it again.")]
    private static partial void Delayed(ILogger log, Exception error, string threadId);
}
