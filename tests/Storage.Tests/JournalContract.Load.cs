using System.Text;
using OrleansAgents.Events;
using OrleansAgents.Journal;
using Xunit;
using static OrleansAgents.Storage.Tests.Sample;

namespace OrleansAgents.Storage.Tests;

/// <summary>What every store promises about many writers and about unusual text and sizes.</summary>
public abstract partial class JournalContract
{
    [Fact]
    public async Task Sixty_four_writers_keep_their_journals_apart()
    {
        await Task.WhenAll(Enumerable.Range(0, 64).Select(n => Task.Run(async () =>
        {
            for (var head = 0; head < 50; head += 2)
            {
                var command = new RecordedCommand($"c{head}", "h", head + 1);
                Assert.Equal(AppendOutcome.Committed, await Journal.AppendAsync(Append($"r{n}", head, 2, commands: command)));
                Assert.Equal(head + 2, (await Journal.FindAsync($"r{n}"))!.Header.Head);
            }
        })));

        for (var n = 0; n < 64; n++)
        {
            Assert.Equal(Expected($"r{n}", 1, 50), Words(await Journal.ReadAsync($"r{n}", 0, 100)));
            Assert.Equal(new RecordedCommand("c48", "h", 49), await Journal.FindCommandAsync($"r{n}", "c48"));
        }
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("\0")]
    [InlineData("")]
    [InlineData("'; DROP TABLE events; --")]
    [InlineData("Grüße 👋🏽 שלום \u2028 \uFFFF")]
    public async Task Any_valid_text_is_kept(string text)
    {
        var header = Header("r", 1) with
        {
            Principal = new(text, text),
            ThreadId = text,
            Agent = text,
            Model = text,
            Reason = text,
            Summary = text,
            Owner = text,
        };
        var append = Append("r", 0, 1, commands: new RecordedCommand(text, text, 1)) with { Header = header };
        await Journal.AppendAsync(append with { Events = [Event("r", 1) with { Type = text, CommandId = text, Data = [] }] });

        Assert.Equal(header, (await Journal.FindAsync("r"))!.Header);
        Assert.Equal(new RecordedCommand(text, text, 1), await Journal.FindCommandAsync("r", text));
        Assert.Null(await Journal.FindCommandAsync("r", text + "x"));
        Assert.Equal([header], await Journal.ListAsync(new(new(text, text), text, text, null, null, 10)));
        var read = Assert.Single(await Journal.ReadAsync("r", 0, 10));
        Assert.Equal((text, text, 0), (read.Type, read.CommandId, read.Data.Length));
        Assert.Equal(text, (await Journal.AcquireAsync("r", text)).PreviousOwner);
    }

    [Fact]
    public async Task Text_with_half_a_character_is_refused_and_leaves_nothing()
    {
        await Journal.AppendAsync(Append("r", 0, 1));

        var broken = Append("r", 1, 1) with { Header = Header("r", 2) with { Summary = "cut \uD83D" } };
        await Assert.ThrowsAsync<ArgumentException>(() => Journal.AppendAsync(broken));

        Assert.Equal(Header("r", 1), (await Journal.FindAsync("r"))!.Header);
        Assert.Equal(AppendOutcome.Committed, await Journal.AppendAsync(Append("r", 1, 1)));
    }

    [Fact]
    public async Task Large_events_and_bodies_are_kept()
    {
        var body = Body(new string('x', 3_000_000));
        var large = Event("r", 1) with { Data = Encoding.UTF8.GetBytes(new string('y', 2_000_000)) };
        await Journal.AppendAsync(Append("r", 0, 1) with { Events = [large], Bodies = [body] });

        Assert.Equal(body.Data, await Journal.ReadBodyAsync("r", body.Ref));
        Assert.Equal(large.Data, Assert.Single(await Journal.ReadAsync("r", 0, 10)).Data);
        Assert.Null(await Journal.ReadBodyAsync("r", "sha256:" + new string('0', 64)));
    }

    [Fact]
    public async Task Text_with_the_character_zero_comes_back_as_it_was()
    {
        const string Text = "before\0after";
        var append = Append("r", 0, 1, commands: new RecordedCommand("c", "h", 1));
        await Journal.AppendAsync(append with { Header = append.Header with { Summary = Text, Agent = Text, Reason = Text } });

        var header = (await Journal.FindAsync("r"))!.Header;
        Assert.Equal((Text, Text, Text), (header.Summary, header.Agent, header.Reason));
        Assert.Equal(header, Assert.Single(await Journal.ListAsync(new(header.Principal, null, Text, null, null, 10))));
    }

    [Fact]
    public async Task An_append_that_does_not_continue_its_journal_is_a_mistake()
    {
        await Journal.AppendAsync(Append("r", 0, 1));

        var hole = Append("r", 1, 2);
        await Assert.ThrowsAsync<ArgumentException>(() => Journal.AppendAsync(hole with { Events = [hole.Events[1], hole.Events[0]] }));
        await Assert.ThrowsAsync<ArgumentException>(() => Journal.AppendAsync(hole with { Header = Header("r", 2) }));
        await Assert.ThrowsAsync<ArgumentException>(() => Journal.AppendAsync(hole with { Events = [.. hole.Events.Select(e => e with { JournalId = "o" })] }));

        Assert.Single(await Journal.ReadAsync("r", 0, 10));
    }

    [Fact]
    public async Task A_read_that_nobody_waits_for_ends()
    {
        await Journal.AppendAsync(Append("r", 0, 1));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Journal.ReadAsync("r", 0, 10, new CancellationToken(canceled: true)));
        Assert.Single(await Journal.ReadAsync("r", 0, 10));
    }

    [Fact]
    public async Task A_full_page_of_a_list_has_no_gap_to_the_next()
    {
        await Task.WhenAll(Enumerable.Range(0, 25).Select(n => Journal.AppendAsync(
            Append($"r{n:00}", 0, 1) with { Header = Header($"r{n:00}", 1) with { CreatedAt = Start.AddSeconds(n / 10) } })));

        var seen = new List<string>();
        ListPosition? before = null;
        while (await Journal.ListAsync(new(Principal.Local, null, null, null, before, 7)) is { Count: > 0 } page)
        {
            seen.AddRange(page.Select(h => h.Id));
            before = new(page[^1].CreatedAt, page[^1].Id);
        }

        Assert.Equal(Enumerable.Range(0, 25).Reverse().Select(n => $"r{n:00}"), seen);
    }
}
