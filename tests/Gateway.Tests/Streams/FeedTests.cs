using OrleansAgents.Client.Streams;
using OrleansAgents.Events;
using OrleansAgents.Live;
using Xunit;

namespace OrleansAgents.Gateway.Tests.Streams;

/// <summary>One attempt that says "Hi 😀 you" with a pause recorded in the middle of it; a viewer comes with every cursor there is.</summary>
public sealed class FeedTests
{
    private const string Answer = "Hi 😀 you";

    private static readonly JournalEvent[] Before =
    [
        SampleEvents.Event(1, SampleEvents.Created), SampleEvents.Event(2, new RunStarted()), SampleEvents.Event(3, SampleEvents.ModelStarted(1, 1)),
    ];

    private static readonly JournalEvent Paused = SampleEvents.Event(4, new RunPaused(PauseMode.Step, PauseReason.User));
    private static readonly JournalEvent Completed = SampleEvents.Event(5, SampleEvents.ModelCompleted(1, 1, Answer));
    private static readonly JournalEvent Failed = SampleEvents.Event(5, new ModelFailed(1, 1, new("interrupted", "Cut.")));

    /// <summary>Every id that a stream of this run gives out before the attempt ends: "Hi " (3), "😀" (5), then the pause, " you" (9).</summary>
    public static TheoryData<string> Cursors => ["0", "1", "2", "3", "3.1.3", "3.1.5", "4", "4.1.9"];

    [Theory, MemberData(nameof(Cursors))]
    public void An_open_attempt_is_continued_from_the_cursor(string at)
    {
        var (feed, cursor) = Open(at);
        var frames = Take(feed, [.. Before, Paused]);
        Assert.True(feed.Take(new OpenAttempt(3, 1, 1, [new(1, 1, "text", 0, Answer)]), frames));
        Assert.False(feed.CursorIsForeign);
        Assert.Equal(Durable(cursor, 4), Seqs(frames));
        Assert.Equal(Answer[cursor.Offset..], Text(frames));

        var more = new List<Frame>();
        Assert.True(feed.Take(new ModelDelta(1, 1, "text", 9, "!"), more));
        Assert.Equal("4.1.10", Assert.Single(more).Cursor.ToString());
    }

    [Theory, MemberData(nameof(Cursors))]
    public void A_completed_attempt_gives_the_rest_of_its_text_to_a_viewer_inside_it(string at)
    {
        var (feed, cursor) = Open(at);
        var frames = Take(feed, [.. Before, Paused, Completed]);
        Assert.Equal(Durable(cursor, 5), Seqs(frames));
        Assert.Equal(cursor.Attempt is null ? "" : Answer[cursor.Offset..], Text(frames));
        Assert.Equal(5, frames[^1].Event!.Seq);
        Assert.All(frames.Where(f => f.Delta is not null), f => Assert.Equal(4, f.After));
    }

    [Theory, MemberData(nameof(Cursors))]
    public void A_failed_attempt_withdraws_its_text(string at)
    {
        var (feed, cursor) = Open(at);
        var frames = Take(feed, [.. Before, Paused, Failed]);
        Assert.Equal(Durable(cursor, 5), Seqs(frames));
        Assert.Equal("", Text(frames));

        // What is still queued of it is not told any more.
        Assert.True(feed.Take(new ModelDelta(1, 1, "text", 9, "!"), frames));
        Assert.Equal("", Text(frames));
    }

    [Fact]
    public void Text_that_waits_to_be_shown_is_one_frame_up_to_the_next_event()
    {
        var feed = new Feed(Cursor.Start, 0);
        var frames = Take(feed, Before);
        Assert.True(feed.Take(new ModelDelta(1, 1, "text", 0, "Hi "), frames));
        Assert.True(feed.Take(new ModelDelta(1, 1, "text", 3, "😀"), frames));
        Assert.True(feed.Take(Paused, frames));
        Assert.True(feed.Take(new ModelDelta(1, 1, "text", 5, " you"), frames));
        Assert.Equal(["3.1.5", "4", "4.1.9"], frames.Skip(Before.Length).Select(f => f.Cursor.ToString()));
        Assert.Equal(Answer, Text(frames));
    }

    [Fact]
    public void Both_lanes_overlapping_at_every_place_tell_everything_once()
    {
        LiveItem[] live =
        [
            new(Before[0], null), new(Before[1], null), new(Before[2], null), Piece(0, "Hi "), Piece(3, "😀"),
            new(Paused, null), Piece(5, " you"), new(Completed, null),
        ];
        for (var journal = 0; journal <= 5; journal++)
        {
            var feed = new Feed(Cursor.Start, 0);
            var frames = Take(feed, [.. Before, Paused, Completed], journal);
            foreach (var item in live)
            {
                Assert.True(item.Event is { } e ? feed.Take(e, frames) : feed.Take(item.Delta!, frames));
            }

            Assert.Equal([1, 2, 3, 4, 5], Seqs(frames));
            Assert.Equal(journal == 5 ? "" : Answer, Text(frames));
            Assert.Equal(frames.Count, frames.Select(f => f.Cursor).Distinct().Count());
        }
    }

    [Fact]
    public void A_hole_is_reported_and_tells_nothing()
    {
        var feed = new Feed(Cursor.Start, 0);
        var frames = Take(feed, [.. Before]);
        frames.Clear();
        Assert.False(feed.Take(Completed, frames));
        Assert.False(feed.Take(new ModelDelta(1, 1, "text", 3, "x"), frames));
        Assert.False(feed.Take(new ModelDelta(1, 2, "text", 0, "x"), frames));
        Assert.False(feed.Take(new OpenAttempt(6, 2, 1, []), frames));
        Assert.Empty(frames);
    }

    [Fact]
    public void A_piece_known_in_part_is_told_from_where_it_is_new()
    {
        var (feed, _) = Open("3.1.5");
        var frames = Take(feed, [.. Before]);
        Assert.True(feed.Take(new ModelDelta(1, 1, "text", 0, Answer), frames));
        var delta = Assert.Single(frames).Delta!;
        Assert.Equal((5, " you"), (delta.Offset, delta.Text));
    }

    [Fact]
    public void A_cursor_inside_a_character_is_continued_with_the_whole_character()
    {
        var (feed, _) = Open("3.1.4");
        var frames = Take(feed, [.. Before, Paused, Completed]);
        Assert.Equal("😀 you", Text(frames));
    }

    [Theory, InlineData("3.2.1"), InlineData("2.1.1"), InlineData("5.1.1")]
    public void A_cursor_inside_an_attempt_that_was_not_open_there_is_foreign(string at)
    {
        var (feed, _) = Open(at);
        Take(feed, [.. Before, Paused, Completed]);
        Assert.True(feed.CursorIsForeign);
    }

    [Fact]
    public void Reasoning_and_text_share_one_count_of_offsets()
    {
        var rest = AnswerText.From(2, 1, 1, [("reasoning", "abc"), ("text", "de")]).ToList();
        Assert.Equal([new(1, 1, "reasoning", 2, "c"), new(1, 1, "text", 3, "de")], rest);
    }

    [Fact]
    public void A_long_answer_is_told_in_pieces_that_split_no_character()
    {
        var text = string.Concat(Enumerable.Repeat("x😀", AnswerText.MaxDelta));
        var pieces = AnswerText.From(0, 1, 1, [("text", text)]).ToList();
        Assert.Equal(text, string.Concat(pieces.Select(p => p.Text)));
        Assert.All(pieces, p => Assert.False(char.IsLowSurrogate(p.Text[0]) || p.Text.Length > AnswerText.MaxDelta));
    }

    private static LiveItem Piece(int offset, string text) => new(null, new(1, 1, "text", offset, text));

    private static (Feed Feed, Cursor Cursor) Open(string at)
    {
        Assert.True(Cursor.TryParse(at, out var cursor));
        return (new Feed(cursor, 0), cursor);
    }

    private static List<Frame> Take(Feed feed, JournalEvent[] events, int? count = null)
    {
        var frames = new List<Frame>();
        foreach (var e in events.Take(count ?? events.Length))
        {
            Assert.True(feed.Take(e, frames, feed.NeedsText(e) ? [("text", Answer)] : null));
        }

        return frames;
    }

    private static IEnumerable<long> Durable(Cursor cursor, int head) =>
        Enumerable.Range(1, head).Select(s => (long)s).Where(s => s > cursor.Seq);

    private static IEnumerable<long> Seqs(IEnumerable<Frame> frames) => frames.Where(f => f.Event is not null).Select(f => f.Event!.Seq);

    private static string Text(IEnumerable<Frame> frames) => string.Concat(frames.Select(f => f.Delta?.Text));
}
