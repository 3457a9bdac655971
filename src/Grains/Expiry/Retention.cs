using Microsoft.Extensions.Logging;
using OrleansAgents.Grains.Interfaces;
using OrleansAgents.Grains.Shell;
using OrleansAgents.Journal;

namespace OrleansAgents.Grains.Expiry;

/// <summary>Deletes what ended longer ago than <see cref="RunsOptions.KeepEnded"/>, beside everything else and a batch at a time.</summary>
/// <remarks>A thread is one thing: it goes with all its runs when nothing has happened in it for so long, and until then keeps them all.</remarks>
internal sealed partial class Retention(IJournal journal, IGrainFactory grains, RunsOptions options, ILogger<Retention> log)
{
    private const int Batch = 100;
    private Task _work = Task.CompletedTask;
    private bool _more;

    /// <summary>Begins a batch at each sweep, and at each tick while the last one was full.</summary>
    public void Look(IReadOnlyCollection<int> partitions, DateTimeOffset now, bool sweep)
    {
        if (options.KeepEnded is { } keep && (sweep || _more) && _work.IsCompleted)
        {
            _work = DeleteAsync(new(now - keep, partitions, Batch));
        }
    }

    private async Task DeleteAsync(ExpiryFilter filter)
    {
        try
        {
            var expired = await journal.ExpiredAsync(filter);
            _more = expired.Count == Batch;
            await Task.WhenAll(expired.Select(h => h.Kind == JournalKind.Thread
                ? grains.GetGrain<IThreadUpkeep>(h.Id).ExpireAsync(filter.Before)
                : journal.DeleteAsync(h.Id)));
            if (expired.Count > 0)
            {
                Deleted(log, expired.Count, options.KeepEnded!.Value);
            }
        }
        catch (Exception e)
        {
            _more = false;
            Failed(log, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} runs and threads that ended more than {Keep} ago were deleted, as Retention:Ended says.")]
    private static partial void Deleted(ILogger log, int count, TimeSpan keep);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What Retention:Ended says could not be deleted; it is tried again within a minute.")]
    private static partial void Failed(ILogger log, Exception error);
}
