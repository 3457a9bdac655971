using System.Text.Json;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Agents.Models.Answers;
using OrleansAgents.Events;
using OrleansAgents.Grains.Check;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using OrleansAgents.Threads;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>Text of models and tools that is no good text: whatever it is, the run ends or waits, its thread takes the next turn, and every read of it answers.</summary>
public sealed class StrangeTextTests : IAsyncLifetime
{
    private const string Thread = "thr_strange_strange_strange";
    private static readonly Dictionary<string, string> Arguments = Cases();
    private readonly TempFolder _folder = new();
    private ModelServer _models = null!;
    private SqliteJournal _journal = null!;
    private TestSilo _silo = null!;
    private string _result = "found";

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync();
        _journal = new SqliteJournal(_folder.File("agents.db"));
        _silo = await TestSilo.StartAsync(_journal, TestSilo.ModelAt(_models), s => s
            .AddTool(new ToolRegistration((JsonElement what) => _result, "look") { Effect = ToolEffect.ReadOnly, OutputCap = 8 * 1024 * 1024 })
            .AddAgent(new AgentDeclaration("plain", "Answers.", "Answer.", ["look"], WindowTokens: 4_000)));
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _journal.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    public static TheoryData<string, int> Strange
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var name in Arguments.Keys)
            {
                data.Add(name, 1);
                data.Add(name, 1 << 20);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Strange))]
    public async Task Arguments_of_a_call(string name, int piece)
    {
        _models.Script(r => r.Turn == 0 && r.Input == "first"
            ? new Reply().Call("look", Arguments[name], pieceLength: Math.Min(piece, 4_000) is 1 && Arguments[name].Length > 1_000 ? 997 : piece).Finish("tool_calls")
            : new Reply().Text("done").Finish("stop"));
        await GoesOnAsync();
    }

    [Theory]
    [InlineData("""{"name":"\ud83d","\udc00":1,"deep":{"x":"\udc4b\ud83d"}}""")]
    [InlineData("zero \0 and \u0001 and \ud83d alone")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    public async Task Results_of_a_tool(string result)
    {
        _result = result;
        _models.Script(r => r.Turn == 0 && r.Input == "first" ? new Reply().Call("look", """{"what":1}""").Finish("tool_calls") : new Reply().Text("done").Finish("stop"));
        await GoesOnAsync();
    }

    [Fact]
    public async Task A_million_digits()
    {
        _result = $$"""{"number":{{new string('9', 1_000_000)}}}""";
        _models.Reply(r => r.Call("look", $$"""{"what":{{new string('9', 1_000_000)}}}""", pieceLength: 60_000).Finish("tool_calls"))
            .Reply(r => r.Call("look", """{"what":1}""").Finish("tool_calls"))
            .Script(_ => new Reply().Text(new string('8', 200_000)).Finish("stop"));
        await GoesOnAsync();
    }

    [Theory]
    [InlineData("Hello \0 \u0001 there")]
    [InlineData("\ufffd\uffff")]
    public async Task An_answer(string text)
    {
        _models.Script(_ => new Reply().Text(text).Finish("stop"));
        await GoesOnAsync();
    }

    [Fact]
    public async Task A_client_that_hands_out_what_no_wire_could()
    {
        // Two halves of a character that come in two chunks, and halves that stay alone.
        var deltas = new List<string>();
        var answer = new AnswerBuilder((_, text) => deltas.Add(text));
        foreach (var piece in new[] { "a\ud83d", "\udc4b", "\ud83d", "b\udc4b" })
        {
            answer.Say(piece);
        }

        Assert.Equal("a👋\ufffdb\ufffd", string.Concat(answer.Close().Select(p => p.Value.Preview)));
        Assert.Equal("a👋\ufffdb\ufffd", string.Concat(deltas));
        await Task.CompletedTask;
    }

    /// <summary>The turn ends or is paused with a why, the next one completes, and every read answers.</summary>
    private async Task GoesOnAsync()
    {
        var first = await PostAsync("first");
        var view = await _silo.UntilAsync(first, v => v.EndedAt is not null || v.Status == RunStatus.Paused, "to end or to pause");
        if (view.EndedAt is null)
        {
            Assert.NotNull(view.Why);
            Assert.Null((await _silo.Run(first).CancelAsync(null, TestSilo.Meta())).Problem);
            await _silo.UntilEndedAsync(first);
        }

        var second = await PostAsync("second");
        Assert.Equal(RunStatus.Completed, (await _silo.UntilEndedAsync(second)).Status);
        foreach (var run in new[] { first, second })
        {
            await ReadsAsync(run);
            Assert.Empty((await JournalCheck.OfAsync(_journal, run)).Faults);
        }

        var threads = _silo.Grains.GetGrain<IThreadReader>(0);
        Assert.Null((await threads.ViewAsync(Principal.Local, Thread)).Problem);
        Assert.Null((await threads.MessagesAsync(Principal.Local, Thread, 0, 100)).Problem);
        Assert.Null((await threads.MemoryAsync(Principal.Local, Thread, null)).Problem);
    }

    private async Task ReadsAsync(string run)
    {
        var events = (await _silo.Reader.EventsAsync(Principal.Local, run, 0, 500)).Value!;
        Assert.All(events.Items, e => Assert.NotNull(e.Decode()));
        var steps = (await _silo.Reader.StepsAsync(Principal.Local, run, 0, 500)).Value!;
        foreach (var step in steps.Items.Where(s => s is { Kind: "model", Status: "completed" }))
        {
            Assert.True((await _silo.Reader.ContextAsync(Principal.Local, run, step.Step)).Value!.Matches);
        }
    }

    private async Task<string> PostAsync(string input)
    {
        var posted = await _silo.Grains.GetGrain<IThreadGrain>(Thread).PostAsync(new(input, "plain", WhenBusy.Queue), TestSilo.Meta());
        Assert.Null(posted.Problem);
        return posted.RunId!;
    }

    private static Dictionary<string, string> Cases()
    {
        var cases = new Dictionary<string, string>
        {
            ["high half"] = """{"what":"\ud83d"}""",
            ["low half"] = """{"what":"\udc4b"}""",
            ["halves in the wrong order"] = """{"what":"\udc4b\ud83d"}""",
            ["half in a name"] = """{"what":{"\ud83d":1}}""",
            ["half in the first name"] = """{"\ud83d":1}""",
            ["half after an escaped backslash"] = """{"what":"\\ud83d \ud83d"}""",
            ["zero"] = """{"what":"a\u0000b"}""",
            ["sixty thousand digits"] = $$"""{"what":{{new string('9', 60_000)}}}""",
        };
        foreach (var depth in new[] { 1, 46, 47, 48, 49, 58, 59, 60, 61, 62, 63, 64, 65, 100 })
        {
            cases[$"nested {depth}"] = $$"""{"what":{{new string('[', depth)}}{{new string(']', depth)}}}""";
        }

        return cases;
    }
}
