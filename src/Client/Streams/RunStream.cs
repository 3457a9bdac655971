using OrleansAgents.Client.Live;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Client.Streams;

/// <summary>Brings one viewer what its feed asks for: the journal first, then the live lane, the journal again at a hole.</summary>
/// <remarks>The subscription begins before the journal is read, so that nothing falls between the two.</remarks>
internal sealed class RunStream(RunSource source, ILiveTail tail, IViewer viewer, TimeProvider time)
{
    /// <summary>Beats without a word after which the connection is kept alive: 15 s at most.</summary>
    public const int QuietBeats = 3;

    private readonly List<Frame> _frames = [];

    /// <summary>Streams a run from a cursor to its end; from a cursor that no stream gave out, from its beginning.</summary>
    public static async Task StreamAsync(
        RunSource source, Cursor cursor, ILiveTail tail, IViewer viewer, TimeProvider time, CancellationToken cancellation)
    {
        var subscription = tail.Subscribe(source.RunId);
        Feed feed;
        EventPage first;
        try
        {
            first = await source.PageAsync(cursor.Seq, cancellation);
            feed = cursor.Seq > first.Head ? new(Cursor.Start, 0) : await source.FeedAsync(cursor, cancellation);
            if (cursor.Seq > first.Head || feed.CursorIsForeign)
            {
                (feed, first) = (new(Cursor.Start, 0), await source.PageAsync(0, cancellation));
            }
        }
        catch
        {
            subscription.Dispose();
            throw;
        }

        await new RunStream(source, tail, viewer, time).RunAsync(feed, subscription, first, cancellation);
    }

    /// <summary>Runs until the run has ended or the viewer is gone.</summary>
    /// <param name="subscription">Taken before <paramref name="first"/> was read; disposed here.</param>
    /// <param name="first">The journal behind <paramref name="feed"/>'s place.</param>
    public async Task RunAsync(Feed feed, ILiveSubscription subscription, EventPage first, CancellationToken cancellation)
    {
        EventPage? page = first;
        for (var stuck = 0; ; stuck++)
        {
            var before = (feed.Seq, feed.Offset);
            using (subscription)
            {
                if (await CatchUpAsync(feed, page, cancellation)
                    || await FollowAsync(feed, subscription, cancellation))
                {
                    return;
                }
            }

            // A reader may be behind for a moment; asking it in a tight loop makes it no faster.
            stuck = before == (feed.Seq, feed.Offset) ? stuck : 0;
            if (stuck > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50 * Math.Pow(2, Math.Min(stuck, 5))), time, cancellation);
            }

            subscription = tail.Subscribe(source.RunId);
            page = null;
        }
    }

    /// <summary>Reads the journal to its head. True when nothing follows.</summary>
    private async Task<bool> CatchUpAsync(Feed feed, EventPage? page, CancellationToken cancellation)
    {
        while (true)
        {
            page ??= await source.PageAsync(feed.Seq, cancellation);
            foreach (var e in page.Items)
            {
                await TakeAsync(feed, e, cancellation);
            }

            await SendAsync();
            if (page.Items.Count == 0 || feed.Seq >= page.Head)
            {
                return feed.Ended || (page.Terminal && feed.Seq >= page.Head);
            }

            page = null;
        }
    }

    /// <summary>Follows the live lane. True when nothing follows, false at a hole.</summary>
    private async Task<bool> FollowAsync(Feed feed, ILiveSubscription live, CancellationToken cancellation)
    {
        var whole = feed.Take(live.Open, _frames);
        for (var quiet = 0; ;)
        {
            var beats = 0;
            while (whole && !feed.Ended && live.TryRead(out var item))
            {
                (whole, beats) = item switch
                {
                    { Event: { } e } => (await TakeAsync(feed, e, cancellation), beats),
                    { Delta: { } delta } => (feed.Take(delta, _frames), beats),

                    // A lost last event leaves no hole behind it: the journal is longer than what was told.
                    _ => (item.Head <= feed.Seq, beats + 1),
                };
            }

            quiet = _frames.Count > 0 ? 0 : quiet + beats;
            await SendAsync();
            if (feed.Ended || !whole || live.Behind)
            {
                return feed.Ended;
            }

            if (quiet >= QuietBeats)
            {
                quiet = 0;
                await viewer.KeepAliveAsync();
            }

            await live.WaitAsync(cancellation);
        }
    }

    private async Task<bool> TakeAsync(Feed feed, JournalEvent e, CancellationToken cancellation)
    {
        var answer = feed.NeedsText(e) ? await source.AnswerAsync(e, cancellation) : null;
        return feed.Take(e, _frames, answer);
    }

    private async Task SendAsync()
    {
        if (_frames.Count > 0)
        {
            await viewer.ShowAsync(source.RunId, _frames);
            _frames.Clear();
        }
    }
}
