using OrleansAgents.Client.Calls;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Client.Streams;

/// <summary>What a stream reads of one run.</summary>
internal sealed class RunSource(Caller caller, Principal principal, string runId)
{
    /// <summary>Events in one read.</summary>
    public const int PageSize = 200;

    /// <summary>How far back the first look for an attempt's start goes; it doubles from there.</summary>
    private const int LookBack = 32;

    public string RunId => runId;

    public Task<EventPage> PageAsync(long after, CancellationToken cancellation) =>
        caller.RunAsync(r => r.EventsAsync(principal, runId, after, PageSize)!, cancellation);

    public Task<RunView> ViewAsync(CancellationToken cancellation) =>
        caller.RunAsync(r => r.ViewAsync(principal, runId)!, cancellation);

    /// <summary>The feed for a cursor up to the head.</summary>
    public async Task<Feed> FeedAsync(Cursor cursor, CancellationToken cancellation)
    {
        var before = await BackToAttemptAsync(cursor.Seq, cancellation);
        var feed = new Feed(cursor, before.Count == 0 ? 0 : before[0].Seq - 1);
        foreach (var e in before)
        {
            feed.Take(e, []);
        }

        return feed;
    }

    /// <summary>The events up to <paramref name="seq"/>, from so far back that they show which attempt is open there.</summary>
    private async Task<IReadOnlyList<JournalEvent>> BackToAttemptAsync(long seq, CancellationToken cancellation)
    {
        for (long back = LookBack; ; back *= 2)
        {
            var from = Math.Max(0, seq - back);
            var events = await RangeAsync(from, seq, cancellation);
            if (from == 0 || events.Any(e => e.Type == "model.started"))
            {
                return events;
            }
        }
    }

    /// <summary>The whole text of a recorded answer, part by part; stored bodies are read.</summary>
    public async Task<IReadOnlyList<(string Kind, string Text)>> AnswerAsync(JournalEvent completed, CancellationToken cancellation)
    {
        var parts = new List<(string, string)>();
        foreach (var part in (completed.Decode() as ModelCompleted)?.Content ?? [])
        {
            parts.Add((AnswerText.KindOf(part), await TextAsync(part.Value, cancellation)));
        }

        return parts;
    }

    private async Task<IReadOnlyList<JournalEvent>> RangeAsync(long after, long through, CancellationToken cancellation)
    {
        var events = new List<JournalEvent>();
        while (after < through)
        {
            var page = await PageAsync(after, cancellation);
            if (page.Items.Count == 0)
            {
                throw new UnavailableException("The journal could not be read up to the cursor. Try again.");
            }

            events.AddRange(page.Items.Where(e => e.Seq <= through));
            after = page.Items[^1].Seq;
        }

        return events;
    }

    private async Task<string> TextAsync(Text text, CancellationToken cancellation)
    {
        if (text.Body is not { } body)
        {
            return text.Preview;
        }

        var bytes = await caller.RunAsync(r => r.BodyAsync(principal, runId, body.Ref)!, cancellation);
        return System.Text.Encoding.UTF8.GetString(bytes);
    }
}
