using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Events;
using OrleansAgents.Execution;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using OrleansAgents.Threads;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>A conversation longer than its budget, on one silo with a real journal file and a model on the real wire.</summary>
public sealed class MemoryTests : IAsyncLifetime
{
    private const string Thread = "thr_memory_memory_memory";
    private const int SmallWindow = 3_000;
    private const string Secret = """{"order":"A-1187","carrier":"Postnord"}""";
    private static readonly string Filler = string.Join(' ', Enumerable.Repeat("and so it went on all day", 100));
    private readonly TempFolder _folder = new();
    private ModelServer _models = null!;
    private SqliteJournal _journal = null!;
    private TestSilo _silo = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync(r => new Reply().Text($"re: {r.LastText.Split(' ')[0]} {Filler}").Finish("stop"));
        _journal = new SqliteJournal(_folder.File("agents.db"));
        _silo = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _journal.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_was_said_long_ago_is_found_kept_within_the_budget_and_shown_after_a_restart()
    {
        _models.Reply(r => r.Call("look", """{"what":"order"}""").Finish("tool_calls")).Reply(r => r.Text("Your parcel travels with a postman named Torbjorn.").Finish("stop"));
        await TurnAsync("Where is my parcel?");
        for (var n = 0; n < 40; n++)
        {
            await TurnAsync($"chat{n} about nothing");
        }

        await _silo.DisposeAsync();
        _silo = await StartAsync();
        var run = await TurnAsync("What was the postman's name?");

        var sent = _models.Received[^1].Messages.Select(ReceivedRequest.Text).ToList();
        Assert.Contains("Torbjorn", sent[1]);
        Assert.Contains("look(1.call_1_1): order=A-1187 carrier=Postnord", sent[1]);
        Assert.Equal("What was the postman's name?", sent[^1]);
        Assert.True(sent.Sum(t => t.Length) < 60_000, $"{sent.Sum(t => t.Length)} characters were sent.");
        var shown = (await _silo.Reader.ContextAsync(Principal.Local, run, 1)).Value!;
        Assert.True(shown.Matches);
        var told = shown.Manifest.Parts.Where(p => p.Part is "turns").Select(p => p.Of!).Concat(shown.Manifest.Out.Select(o => o.Of)).SelectMany(o => o);
        Assert.Equal(41, told.Sum(r => r.Through - r.From + 1));
        Assert.Equal(shown.Manifest.Tokens, shown.Manifest.Parts.Sum(p => p.Tokens));
    }

    [Fact]
    public async Task An_old_result_can_be_recalled_whole_and_no_other_conversations()
    {
        _models.Reply(r => r.Call("look", """{"what":"order"}""").Finish("tool_calls")).Reply(r => r.Text("found").Finish("stop"));
        await TurnAsync("Find my order.");
        for (var n = 0; n < 25; n++)
        {
            await TurnAsync($"chat{n}");
        }

        _models.Reply(r => r.Call("recall", """{"id":"1.call_1_1"}""").Call("recall", """{"id":"9.call_1_1"}""").Finish("tool_calls"));
        await TurnAsync("Show me the whole order.");

        Assert.Contains("recall", _models.Received[^2].Tools);
        Assert.Equal(
            ["Error: There is no result '9.call_1_1'. Ids are those in brackets after a tool's name, like call_1_1 or 2.call_1_1.", Secret],
            _models.Received[^1].Messages.TakeLast(2).Select(ReceivedRequest.Text).Order());
    }

    [Fact]
    public async Task What_a_turn_is_told_keeps_to_its_agents_window()
    {
        for (var n = 0; n < 12; n++)
        {
            await TurnAsync($"chat{n}", "small");
        }

        var sent = _models.Received[^1].Messages.Select(ReceivedRequest.Text).ToList();
        Assert.StartsWith("Kept from earlier", sent[1]);
        Assert.InRange(sent.Sum(t => t.Length), 1_000, 4 * SmallWindow);
    }

    [Fact]
    public async Task The_facts_of_a_deleted_run_are_forgotten_too()
    {
        _models.Reply(r => r.Call("look", """{"what":"order"}""").Finish("tool_calls")).Reply(r => r.Text("found").Finish("stop"));
        var first = await TurnAsync("Find it.");
        for (var n = 0; n < 25; n++)
        {
            await TurnAsync($"chat{n}");
        }

        Assert.Contains("order=A-1187", ReceivedRequest.Text(_models.Received[^1].Messages[1]));
        Assert.Null(await _silo.Reader.DeleteAsync(Principal.Local, first));
        await TurnAsync("And now?");
        Assert.DoesNotContain("A-1187", string.Join(' ', _models.Received[^1].Messages.Select(ReceivedRequest.Text)));
    }

    [Fact]
    public async Task A_deleted_run_is_forgotten()
    {
        var first = await TurnAsync("My secret word is Quetzalcoatl.");
        await TurnAsync("What is it?");
        Assert.Contains("Quetzalcoatl", string.Join(' ', _models.Received[^1].Messages.Select(ReceivedRequest.Text)));
        Assert.Null(await _silo.Reader.DeleteAsync(Principal.Local, first));
        await TurnAsync("And now?");

        Assert.DoesNotContain("Quetzalcoatl", string.Join(' ', _models.Received[^1].Messages.Select(ReceivedRequest.Text)));
    }

    private async Task<string> TurnAsync(string input, string agent = "plain")
    {
        var run = (await _silo.Grains.GetGrain<IThreadGrain>(Thread).PostAsync(new(input, agent, WhenBusy.Queue), TestSilo.Meta())).RunId!;
        await _silo.UntilEndedAsync(run);
        return run;
    }

    private Task<TestSilo> StartAsync() => TestSilo.StartAsync(_journal, TestSilo.ModelAt(_models), s => s
        .AddTool(new ToolRegistration((string what) => Secret, "look") { Effect = ToolEffect.ReadOnly })
        .AddAgent(new AgentDeclaration("plain", "Answers.", "Answer.", ["look"]))
        .AddAgent(new AgentDeclaration("small", "Answers.", "Answer.", ["look"], WindowTokens: SmallWindow))
        .AddSingleton(new RunsOptions { Tick = TimeSpan.FromMilliseconds(100) }));
}
