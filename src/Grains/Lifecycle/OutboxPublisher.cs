using Microsoft.Extensions.Logging;
using OrleansAgents.Events;
using OrleansAgents.Journal;

namespace OrleansAgents.Grains.Lifecycle;

/// <summary>Publishes events on one stream, each run's in order. Not thread-safe.</summary>
/// <remarks>
/// A stream that refuses a batch is away, or cannot carry one of its events. The runs of that batch are then sent alone, event by
/// event. An event that is refused goes without its data, and is left out when the stream refuses that too and takes others.
/// Consumers read both from the journal.
/// </remarks>
/// <param name="send">Completes when the stream has the events.</param>
internal sealed partial class OutboxPublisher(
    Func<IReadOnlyList<JournalEvent>, Task> send, IJournal journal, TimeProvider time, ILogger log, CancellationToken stop)
{
    /// <summary>Events of a suspect in one turn: others wait meanwhile.</summary>
    private const int MostAlone = 32;

    /// <summary>Events that the stream has taken, of whatever run.</summary>
    private long _passed;

    /// <summary>Publishes what the runs owe, up to a batch of each, and records it of those that owe nothing more. False when the stream or the journal refused something.</summary>
    /// <param name="isTrial">The stream refused before: that it does so again makes nobody suspect.</param>
    public async Task<bool> PublishAsync(List<OwedRun> runs, bool isTrial)
    {
        var isFine = true;
        var events = new List<JournalEvent>();
        foreach (var run in runs)
        {
            isFine &= await ReadAsync(run, events);
        }

        stop.ThrowIfCancellationRequested();
        isFine &= runs is [{ IsSuspect: true } suspect] ? await SendAloneAsync(suspect, events) : await SendTogetherAsync(runs, events, isTrial);
        await Task.WhenAll(runs.Where(run => run.Owed <= 0).Select(RecordAsync));
        return isFine;
    }

    /// <summary>Adds the run's next events. Of a journal that is damaged or deleted, nothing can be published.</summary>
    private async Task<bool> ReadAsync(OwedRun run, List<JournalEvent> events)
    {
        try
        {
            var next = await run.NextAsync(journal);
            events.AddRange(next);
            if (next.Count == 0)
            {
                run.Passed(run.Last.Header.Head);
            }

            return true;
        }
        catch (Exception e) when (e is JournalDamagedException or JournalDeletedException)
        {
            Unreadable(log, e.Message);
            run.Passed(run.Last.Header.Head);
            return true;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            Unread(log, run.Id, e.Message);
            run.IsSuspect = true;
            return false;
        }
    }

    private async Task<bool> SendTogetherAsync(List<OwedRun> runs, List<JournalEvent> events, bool isTrial)
    {
        var byId = runs.ToDictionary(run => run.Id);
        foreach (var batch in Batches.Of(events))
        {
            if (!await SendAsync(batch))
            {
                foreach (var id in batch.Select(e => e.JournalId).Distinct())
                {
                    byId[id].IsSuspect |= !isTrial;
                }

                return false;
            }

            foreach (var e in batch)
            {
                byId[e.JournalId].Passed(e.Seq);
            }
        }

        return true;
    }

    private async Task<bool> SendAloneAsync(OwedRun run, List<JournalEvent> events)
    {
        foreach (var batch in events.Take(MostAlone).SelectMany(e => Batches.Of([e])))
        {
            var e = batch[0];
            if (!await SendAsync([e]) && !(e.HasData && await SendAsync([e.WithoutData()])))
            {
                if (!run.IsRefusedForGood(_passed, time))
                {
                    return false;
                }

                LeftOut(log, run.Id, e.Seq, e.Type);
            }

            run.Passed(e.Seq);
        }

        // Without events it could not be read; with more of them, the rest takes the next turns.
        run.IsSuspect = events.Count is 0 or > MostAlone;
        return true;
    }

    private async Task<bool> SendAsync(IReadOnlyList<JournalEvent> batch)
    {
        try
        {
            await send(batch);
            _passed += batch.Count;
            return true;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            Refused(log, batch.Count, batch[0].JournalId, batch[0].Seq, e.Message);
            return false;
        }
    }

    /// <summary>Writes into the header of a resting run how far it is published. A run at work writes that with its next append.</summary>
    private async Task RecordAsync(OwedRun run)
    {
        var (_, header, due, _) = run.Last;
        try
        {
            if (header.Owner is null)
            {
                // Fenced means that the run went on: its next append writes it.
                _ = await journal.AppendAsync(
                    new(header.Id, header.Epoch, header.Head, [], header with { PublishedSeq = header.Head, WakeAt = due }, [], []));
            }
        }
        catch (Exception e)
        {
            // The wake time stays, and a supervisor looks at it again.
            Unrecorded(log, header.Id, e.Message);
        }
        finally
        {
            run.EndTurn();
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The lifecycle stream refused {Events} events, the first {RunId} {Seq}: {Reason} They are sent again.")]
    private static partial void Refused(ILogger log, int events, string runId, long seq, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Events were not published: {Reason}")]
    private static partial void Unreadable(ILogger log, string reason);

    [LoggerMessage(3, LogLevel.Information, "{RunId} is published, but its header does not say so yet: {Reason}")]
    private static partial void Unrecorded(ILogger log, string runId, string reason);

    [LoggerMessage(4, LogLevel.Warning, "Events of {RunId} could not be read to publish them: {Reason} They are read again.")]
    private static partial void Unread(ILogger log, string runId, string reason);

    [LoggerMessage(5, LogLevel.Error, "The lifecycle stream takes other events but not {RunId} {Seq} ({Type}): it is left out. Consumers read it from the journal.")]
    private static partial void LeftOut(ILogger log, string runId, long seq, string type);
}
