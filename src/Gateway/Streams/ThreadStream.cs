using OrleansAgents.Client.Live;
using OrleansAgents.Client.Streams;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Gateway.Streams;

/// <summary>A thread's events and those of its runs, as one stream: all of a run stands between its turn's beginning and its end.</summary>
internal sealed class ThreadStream(ThreadSource source, ILiveTail tail, IViewer viewer, TimeProvider time) : IViewer, IDisposable
{
    private readonly SemaphoreSlim _showing = new(1);
    private readonly CancellationTokenSource _broken = new();
    private ThreadCursor _place;
    private Task _following = Task.CompletedTask;

    /// <summary>Runs until the viewer is gone or the thread is deleted.</summary>
    public async Task RunAsync(ThreadCursor cursor, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _broken.Token);
        _place = cursor;
        try
        {
            if (await source.ActiveAtAsync(cursor.Seq, end.Token) is { } run)
            {
                _following = FollowAsync(run, cursor.Run, end.Token);
            }

            while (true)
            {
                await WatchAsync(end.Token);
            }
        }
        catch (OperationCanceledException) when (_broken.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            // What broke the run's stream is the reason, not this.
        }

        await _following;
    }

    /// <summary>Shows what a run's stream brings, with the place in the thread.</summary>
    public async Task ShowAsync(string runId, IReadOnlyList<Frame> frames)
    {
        await _showing.WaitAsync();
        try
        {
            var placed = new List<Frame>(frames.Count);
            foreach (var frame in frames)
            {
                _place = _place with { Run = frame.Cursor };
                placed.Add(frame with { Place = _place.ToString() });
            }

            await viewer.ShowAsync(runId, placed);
        }
        finally
        {
            _showing.Release();
        }
    }

    public void Dispose()
    {
        _showing.Dispose();
        _broken.Dispose();
    }

    /// <summary>The thread itself keeps the connection alive.</summary>
    public Task KeepAliveAsync() => Task.CompletedTask;

    /// <summary>The journal to its head, then the live lane until something is missing there.</summary>
    private async Task WatchAsync(CancellationToken cancellation)
    {
        using var live = tail.Subscribe(source.ThreadId);
        await CatchUpAsync(cancellation);
        for (var beats = 0; !live.Behind; await live.WaitAsync(cancellation))
        {
            while (live.TryRead(out var item))
            {
                if (Math.Max(item.Event?.Seq ?? 0, item.Head) > _place.Seq + (item.Event is null ? 0 : 1))
                {
                    return;
                }

                if (item.Event is { } e && e.Seq > _place.Seq)
                {
                    await TakeAsync(e, cancellation);
                }
                else if (item.IsBeat && ++beats % RunStream.QuietBeats == 0)
                {
                    await AloneAsync(viewer.KeepAliveAsync);
                }
            }
        }
    }

    private async Task CatchUpAsync(CancellationToken cancellation)
    {
        while (await source.PageAsync(_place.Seq, cancellation) is { Items.Count: > 0 } page)
        {
            foreach (var e in page.Items)
            {
                await TakeAsync(e, cancellation);
            }

            if (_place.Seq >= page.Head)
            {
                return;
            }
        }
    }

    private async Task TakeAsync(JournalEvent e, CancellationToken cancellation)
    {
        var turned = e.Type is "turn.accepted" or "turn.ended" ? e.Decode() : null;
        if (turned is TurnEnded)
        {
            await _following;
        }

        await AloneAsync(() =>
        {
            _place = new(e.Seq, turned is TurnAccepted ? Cursor.Start : _place.Run);
            return viewer.ShowAsync(source.ThreadId, [new Frame(e) { Place = _place.ToString() }]);
        });
        if (turned is TurnAccepted turn)
        {
            _following = FollowAsync(turn.RunId, Cursor.Start, cancellation);
        }
    }

    private async Task AloneAsync(Func<Task> show)
    {
        await _showing.WaitAsync();
        try
        {
            await show();
        }
        finally
        {
            _showing.Release();
        }
    }

    /// <summary>Streams the run to its end. A failure ends the whole stream.</summary>
    private async Task FollowAsync(string runId, Cursor cursor, CancellationToken cancellation)
    {
        try
        {
            for (var delay = TimeSpan.FromMilliseconds(20); ; delay = delay < TimeSpan.FromSeconds(1) ? delay * 2 : delay)
            {
                try
                {
                    await RunStream.StreamAsync(source.Run(runId), cursor, tail, this, time, cancellation);
                    return;
                }
                catch (RefusedException e) when (e.Problem.Code == ProblemCodes.RunNotFound)
                {
                    // The turn is accepted; its run is about to be.
                    await Task.Delay(delay, time, cancellation);
                }
            }
        }
        catch (RefusedException e) when (e.Problem.Code == ProblemCodes.RunDeleted)
        {
            // What it said is gone; the conversation goes on.
        }
        catch
        {
            await _broken.CancelAsync();
            throw;
        }
    }
}
