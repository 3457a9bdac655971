using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansAgents.Events;
using OrleansAgents.Runs;
using OrleansAgents.Telemetry;

namespace OrleansAgents.Client.Lifecycle;

/// <summary>The base of an internal service that acts on what happens to runs: every durable event of every run, at least once.</summary>
/// <remarks>
/// Events come from the lifecycle streams within a moment, those of one run in order. What a stream loses, with a silo or while
/// this process was away, is read from the journals: after every new subscription, at a hole, and every ten seconds. An event
/// comes again only with the same run id and seq. Each is handled in a span of the trace that the run was started in.
/// </remarks>
public abstract partial class LifecycleConsumer(LifecycleSource source) : BackgroundService
{
    private const int Buffered = 4_096;
    private const int PageSize = 500;
    private static readonly TimeSpan ReconcileEvery = TimeSpan.FromSeconds(10);

    private readonly Channel<JournalEvent> _events = Channel.CreateBounded<JournalEvent>(Buffered);
    private ConsumerCursor _cursor = null!;
    private volatile bool _missing = true;

    /// <summary>Handles one event; one at a time. When it throws, it is called again with the same one after a pause.</summary>
    protected abstract Task HandleAsync(JournalEvent e, CancellationToken stopping);

    /// <summary>Whether it acts on events of this type, such as <c>run.completed</c>; of others it is not told. All, unless overridden.</summary>
    protected virtual bool Handles(string type) => true;

    /// <summary>Where to go on: the time that was saved last. Without one, with what happens from now on.</summary>
    protected virtual Task<DateTimeOffset?> LoadAsync(CancellationToken stopping) => Task.FromResult<DateTimeOffset?>(null);

    /// <summary>Keeps the time up to which everything is handled. Called every ten seconds or so.</summary>
    protected virtual Task SaveAsync(DateTimeOffset handled, CancellationToken stopping) => Task.CompletedTask;

    /// <inheritdoc/>
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var saved = default(DateTimeOffset?);
        await UntilDoneAsync(async () => saved = await LoadAsync(stoppingToken), stoppingToken);
        _cursor = new(saved ?? source.Time.GetUtcNow());
        await using var following = source.Follow(Offer, () => Miss());
        var reconcileAt = source.Time.GetUtcNow();
        while (!stoppingToken.IsCancellationRequested)
        {
            var now = source.Time.GetUtcNow();
            if (_missing || now >= reconcileAt)
            {
                _missing = false;
                await UntilDoneAsync(() => ReconcileAsync(stoppingToken), stoppingToken);
                reconcileAt = now + (ReconcileEvery * (0.75 + (Random.Shared.NextDouble() / 2)));
            }
            else if (_events.Reader.TryRead(out var e))
            {
                _missing |= !_cursor.Follows(e);
                if (!_missing)
                {
                    await TakeAsync(e, stoppingToken);
                }
            }
            else
            {
                await WaitAsync(reconcileAt - now, stoppingToken);
            }
        }
    }

    private void Offer(JournalEvent e)
    {
        if (!_events.Writer.TryWrite(e))
        {
            Miss();
        }
    }

    /// <summary>An empty seat in the queue wakes the reader as well; a full queue needs no waking.</summary>
    private void Miss()
    {
        _missing = true;
        _events.Writer.TryWrite(new("", 0, default, "", null, []));
    }

    private async Task WaitAsync(TimeSpan patience, CancellationToken stopping)
    {
        using var wake = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var over = Task.Delay(patience, source.Time, wake.Token);
        await Task.WhenAny(_events.Reader.WaitToReadAsync(wake.Token).AsTask(), over);
        await wake.CancelAsync();
    }

    private async Task ReconcileAsync(CancellationToken stopping)
    {
        var (at, id) = (_cursor.Since, "");
        while (true)
        {
            var page = await source.Reader.ChangesAsync(at, id, PageSize);
            foreach (var change in page)
            {
                await ReadAsync(change, stopping);
                (at, id) = (change.UpdatedAt, change.RunId);
            }

            if (page.Count < PageSize)
            {
                break;
            }
        }

        _cursor.Reconciled(at);
        await SaveAsync(_cursor.Since, stopping);
    }

    private async Task ReadAsync(RunChange change, CancellationToken stopping)
    {
        for (var seq = _cursor.SeqOf(change.RunId); seq < change.Head; seq = _cursor.SeqOf(change.RunId))
        {
            var (page, problem) = await source.Reader.EventsAsync(change.Principal, change.RunId, seq, PageSize);
            if (page is not { Items.Count: > 0 })
            {
                // Deleted or damaged: nobody can hand out what is not there.
                Unreadable(source.Log, change.RunId, problem?.Message ?? "No event follows.");
                return;
            }

            foreach (var e in page.Items)
            {
                await TakeAsync(e, stopping);
            }
        }
    }

    private async Task TakeAsync(JournalEvent e, CancellationToken stopping)
    {
        if (_cursor.Take(e) && Handles(e.Type))
        {
            await UntilDoneAsync(() => HandleInSpanAsync(e, stopping), stopping);
        }
    }

    private async Task HandleInSpanAsync(JournalEvent e, CancellationToken stopping)
    {
        using var span = HandlingSpan.Begin(e, _cursor.TraceOf(e.JournalId));
        try
        {
            await HandleAsync(e, stopping);
        }
        catch (Exception error) when (!stopping.IsCancellationRequested)
        {
            span?.Failed(error);
            throw;
        }
    }

    private async Task UntilDoneAsync(Func<Task> work, CancellationToken stopping)
    {
        for (var pause = TimeSpan.FromMilliseconds(100); ; pause = pause < TimeSpan.FromSeconds(10) ? pause * 2 : pause)
        {
            try
            {
                await work();
                return;
            }
            catch (Exception error) when (!stopping.IsCancellationRequested)
            {
                Failed(source.Log, error, GetType().Name);
                await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), source.Time, stopping);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Consumer} failed; it is called again")]
    private static partial void Failed(ILogger log, Exception error, string consumer);

    [LoggerMessage(2, LogLevel.Warning, "{RunId} cannot be read to its end: {Reason}")]
    private static partial void Unreadable(ILogger log, string runId, string reason);
}
