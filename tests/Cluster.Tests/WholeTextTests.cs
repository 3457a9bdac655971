using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Agents.Settings;
using OrleansAgents.Events;
using OrleansAgents.Grains.Check;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>Texts that are too long to be inline: the model reads all of them, in a live run and after a takeover, and what it read can be shown.</summary>
public sealed class WholeTextTests : IAsyncLifetime
{
    private const string Needle = "order_77812";
    private readonly TempFolder _folder = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ModelServer _models = null!;
    private SqliteJournal _journal = null!;
    private TestSilo _silo = null!;
    private string _result = "";

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync();
        _journal = new SqliteJournal(_folder.File("agents.db"));
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _journal.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    public static TheoryData<int, bool> Sizes => new() { { 100_000, false }, { 100_000, true }, { 1_048_000, false }, { 1_048_000, true } };

    [Theory, MemberData(nameof(Sizes))]
    public async Task A_tool_result_is_read_whole(int bytes, bool takeover)
    {
        _result = Long(bytes);
        _models.Reply(r => r.Call("look", "{}").Finish("tool_calls")).Reply(r => Held(r, takeover).Text("done").Finish("stop")).Reply(r => r.Text("done").Finish("stop"));
        var id = await _silo.StartRunAsync("reader", "Look.");
        await EndAsync(id, takeover, requests: 2);

        Assert.Equal(_result, _models.Received[^1].LastText);
        await VerifyAsync(id, 1, 3);
    }

    [Theory, MemberData(nameof(Sizes))]
    public async Task A_steer_is_read_whole(int bytes, bool takeover)
    {
        _models.Reply(r => r.Wait(_gate.Task).Text("First.").Finish("stop"))
            .Reply(r => Held(r, takeover).Text("done").Finish("stop")).Reply(r => r.Text("done").Finish("stop"));
        var id = await _silo.StartRunAsync("reader", "Wait.");
        await ReceivedAsync(1);
        Assert.Null((await _silo.Run(id).MessageAsync(Long(bytes), MessageDelivery.Steer, TestSilo.Meta())).Problem);
        _gate.SetResult();
        await EndAsync(id, takeover, requests: 2);

        Assert.Equal(Long(bytes), _models.Received[^1].LastText);
        await VerifyAsync(id, 1, 2);
    }

    [Theory, MemberData(nameof(Sizes))]
    public async Task The_models_own_answer_is_read_whole(int bytes, bool takeover)
    {
        _result = "short";
        _models.Reply(r => Pieces(r.Reasoning("I think."), Long(bytes)).Call("look", "{}").Finish("tool_calls"))
            .Reply(r => Held(r, takeover).Text("done").Finish("stop")).Reply(r => r.Text("done").Finish("stop"));
        var id = await _silo.StartRunAsync("reader", "Talk.");
        await EndAsync(id, takeover, requests: 2);

        Assert.Equal(Long(bytes), ReceivedRequest.Text(_models.Received[^1].Messages.Single(m => ReceivedRequest.Role(m) == "assistant")));
        await VerifyAsync(id, 1, 3);
    }

    [Theory, MemberData(nameof(Sizes))]
    public async Task What_a_person_says_a_call_returned_is_read_whole(int bytes, bool takeover)
    {
        _models.Reply(r => r.Call("pay", "{}").Finish("tool_calls")).Reply(r => Held(r, takeover).Text("done").Finish("stop")).Reply(r => r.Text("done").Finish("stop"));
        var id = await _silo.StartRunAsync("reader", "Pay.");
        var waiting = await _silo.UntilAsync(id, v => v.Pending.Count > 0, "to ask");
        Assert.Null((await _silo.Run(id).ResolveAsync(waiting.Pending[0].CallId, CallDecision.Skip, Long(bytes), TestSilo.Meta())).Problem);
        await EndAsync(id, takeover, requests: 2);

        Assert.Equal(Long(bytes), _models.Received[^1].LastText);
        await VerifyAsync(id, 1, 3);
    }

    [Fact]
    public async Task An_answer_in_several_long_parts_is_the_output_as_a_whole()
    {
        var (first, second) = (Long(100_000), Long(90_000) + "!");
        _models.Reply(r => Pieces(Pieces(r, first).Reasoning("Wait."), second).Finish("stop"));
        var id = await _silo.StartRunAsync("reader", "Talk.");
        var output = (await _silo.UntilEndedAsync(id)).Output!;

        Assert.Equal(first + second, System.Text.Encoding.UTF8.GetString((await _silo.Reader.BodyAsync(Principal.Local, id, output.Body!.Ref)).Value!));
        Assert.Empty((await JournalCheck.OfAsync(_journal, id)).Faults);
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(1_048_000)]
    public async Task Facts_of_older_results_find_a_word_in_the_middle(int bytes)
    {
        _result = Long(bytes);
        _models.Script(r => r.Number == 1 ? new Reply().Call("look", "{}").Finish("tool_calls")
            : r.Number < 5 ? new Reply().Call("glance", "{}").Finish("tool_calls") : new Reply().Text("done").Finish("stop"));
        var id = await _silo.StartRunAsync("reader", "Look.");
        await _silo.UntilEndedAsync(id);

        var kept = _models.Received[^1].Messages.Select(ReceivedRequest.Text).Single(t => t.StartsWith("Kept from earlier", StringComparison.Ordinal));
        Assert.Contains(Needle, kept);
        await VerifyAsync(id, 1, 3, 5, 7, 9);
    }

    /// <summary>Prose without any literal but one in the middle.</summary>
    private static string Long(int bytes)
    {
        var half = string.Concat(Enumerable.Repeat("and so it went on all day long ", bytes / 62));
        return $"{half}{Needle} {half}";
    }

    private static Reply Pieces(Reply reply, string text)
    {
        foreach (var piece in text.Chunk(50_000))
        {
            reply.Text(new string(piece));
        }

        return reply;
    }

    private static Reply Held(Reply reply, bool takeover) => takeover ? reply.Wait(Task.Delay(Timeout.Infinite)) : reply;

    private async Task ReceivedAsync(int requests)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (_models.Received.Count < requests)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30), $"Waited 30 s for request {requests}.");
            await Task.Yield();
        }
    }

    private async Task EndAsync(string id, bool takeover, int requests)
    {
        if (takeover)
        {
            await ReceivedAsync(requests);
            await _silo.CrashAsync();
            await StartAsync();
        }

        Assert.Equal("done", (await _silo.UntilEndedAsync(id)).Output?.Inline);
    }

    private async Task VerifyAsync(string id, params int[] steps)
    {
        foreach (var step in steps)
        {
            Assert.True((await _silo.Reader.ContextAsync(Principal.Local, id, step)).Value!.Matches, $"What the model saw at step {step} is shown as it was.");
        }
    }

    private async Task StartAsync()
    {
        var settings = TestSilo.ModelAt(_models);
        settings["Models:default:MaxOutputTokens"] = "1000000";
        _silo = await TestSilo.StartAsync(_journal, settings, s => s
            .AddTool(new ToolRegistration(() => _result, "look") { Effect = ToolEffect.ReadOnly, OutputCap = 8 * 1024 * 1024 })
            .AddTool(new ToolRegistration(() => string.Concat(Enumerable.Repeat("nothing to see ", 2_000)), "glance") { Effect = ToolEffect.ReadOnly })
            .AddTool(new ToolRegistration(() => "paid", "pay") { NeedsApproval = _ => true })
            .AddAgent(new AgentDeclaration("reader", "Reads.", "Read.", ["look", "glance", "pay"])));
    }
}
