using OrleansAgents.Events;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>A conversation longer than its budget, on one silo with a real journal file and a model on the real wire.</summary>
public sealed class MemoryTests : IAsyncLifetime
{
    private const string Secret = """{"order":"A-1187","carrier":"Postnord"}""";
    private readonly Conversation _talk = new(100, Secret);

    public async ValueTask InitializeAsync()
    {
        await _talk.OpenAsync();
        await _talk.StartAsync();
    }

    public ValueTask DisposeAsync() => _talk.DisposeAsync();

    [Fact]
    public async Task What_was_said_long_ago_is_found_kept_within_the_budget_and_shown_after_a_restart()
    {
        _talk.Models.Reply(r => r.Call("look", """{"what":"order"}""").Finish("tool_calls")).Reply(r => r.Text("Your parcel travels with a postman named Torbjorn.").Finish("stop"));
        await TurnAsync("Where is my parcel?");
        for (var n = 0; n < 40; n++)
        {
            await TurnAsync($"chat{n} about nothing");
        }

        await _talk.StartAsync();
        var run = await TurnAsync("What was the postman's name?");

        var sent = _talk.Models.Received[^1].Messages.Select(ReceivedRequest.Text).ToList();
        Assert.Contains("Torbjorn", sent[1]);
        Assert.Contains("look(1.call_1_1): order=A-1187 carrier=Postnord", sent[1]);
        Assert.Equal("What was the postman's name?", sent[^1]);
        Assert.True(sent.Sum(t => t.Length) < 60_000, $"{sent.Sum(t => t.Length)} characters were sent.");
        var shown = await _talk.ContextAsync(run);
        Assert.True(shown.Matches);
        var told = shown.Manifest.Parts.Where(p => p.Part is "turns").Select(p => p.Of!).Concat(shown.Manifest.Out.Select(o => o.Of)).SelectMany(o => o);
        Assert.Equal(41, told.Sum(r => r.Through - r.From + 1));
        Assert.Equal(shown.Manifest.Tokens, shown.Manifest.Parts.Sum(p => p.Tokens));
    }

    [Fact]
    public async Task An_old_result_can_be_recalled_whole_and_no_other_conversations()
    {
        _talk.Models.Reply(r => r.Call("look", """{"what":"order"}""").Finish("tool_calls")).Reply(r => r.Text("found").Finish("stop"));
        await TurnAsync("Find my order.");
        for (var n = 0; n < 25; n++)
        {
            await TurnAsync($"chat{n}");
        }

        _talk.Models.Reply(r => r.Call("recall", """{"id":"1.call_1_1"}""").Call("recall", """{"id":"9.call_1_1"}""").Finish("tool_calls"));
        await TurnAsync("Show me the whole order.");

        Assert.Contains("recall", _talk.Models.Received[^2].Tools);
        Assert.Equal(
            ["Error: There is no result '9.call_1_1'. Ids are those in brackets after a tool's name, like call_1_1 or 2.call_1_1.", Secret],
            _talk.Models.Received[^1].Messages.TakeLast(2).Select(ReceivedRequest.Text).Order());
    }

    [Fact]
    public async Task What_a_turn_is_told_keeps_to_its_agents_window()
    {
        for (var n = 0; n < 12; n++)
        {
            await TurnAsync($"chat{n}", "small");
        }

        var sent = _talk.Models.Received[^1].Messages.Select(ReceivedRequest.Text).ToList();
        Assert.StartsWith("Kept from earlier", sent[1]);
        Assert.InRange(sent.Sum(t => t.Length), 1_000, 4 * Conversation.SmallWindow);
    }

    [Fact]
    public async Task A_provider_that_counts_more_than_is_estimated_makes_what_a_turn_is_told_smaller()
    {
        _talk.Counts = 160;
        for (var n = 0; n < 30; n++)
        {
            await TurnAsync($"chat{n}");
        }

        await _talk.StartAsync();
        var shown = await _talk.ContextAsync(await TurnAsync("And now?"));

        Assert.True(shown.Matches);
        var earlier = shown.Manifest.Parts.Where(p => p.Part is "turns" or "passages").Sum(p => p.Tokens);
        Assert.InRange(earlier, 5_000, 12_000 * 100 / 150);
    }

    [Fact]
    public async Task The_facts_of_a_deleted_run_are_forgotten_too()
    {
        _talk.Models.Reply(r => r.Call("look", """{"what":"order"}""").Finish("tool_calls")).Reply(r => r.Text("found").Finish("stop"));
        var first = await TurnAsync("Find it.");
        for (var n = 0; n < 25; n++)
        {
            await TurnAsync($"chat{n}");
        }

        Assert.Contains("order=A-1187", ReceivedRequest.Text(_talk.Models.Received[^1].Messages[1]));
        Assert.Null(await _talk.Silo.Reader.DeleteAsync(Principal.Local, first));
        await TurnAsync("And now?");
        Assert.DoesNotContain("A-1187", string.Join(' ', _talk.Models.Received[^1].Messages.Select(ReceivedRequest.Text)));
    }

    [Fact]
    public async Task A_deleted_run_is_forgotten()
    {
        var first = await TurnAsync("My secret word is Quetzalcoatl.");
        await TurnAsync("What is it?");
        Assert.Contains("Quetzalcoatl", string.Join(' ', _talk.Models.Received[^1].Messages.Select(ReceivedRequest.Text)));
        Assert.Null(await _talk.Silo.Reader.DeleteAsync(Principal.Local, first));
        await TurnAsync("And now?");

        Assert.DoesNotContain("Quetzalcoatl", string.Join(' ', _talk.Models.Received[^1].Messages.Select(ReceivedRequest.Text)));
    }

    private Task<string> TurnAsync(string input, string agent = "plain") => _talk.TurnAsync(input, agent);
}
