using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Events;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>A call is made once and asked about once, however often and wherever its server says that the answer ends.</summary>
public sealed class RepeatedFinishTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private ModelServer _models = null!;
    private SqliteJournal _journal = null!;
    private int _paid;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync();
        _journal = new SqliteJournal(_folder.File("agents.db"));
    }

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("repeated", false)]
    [InlineData("repeated", true)]
    [InlineData("early", false)]
    [InlineData("early", true)]
    [InlineData("split", false)]
    [InlineData("split", true)]
    [InlineData("said again", false)]
    [InlineData("said again", true)]
    public async Task An_at_most_once_call_is_made_once_and_asked_about_once(string finish, bool approval)
    {
        _models.Reply(r => Pay(r, finish)).Reply(r => r.Text("Paid.").Finish("stop"));
        await using var silo = await StartAsync(approval);
        var id = await silo.StartRunAsync("payer", "pay");
        if (approval)
        {
            var asked = await silo.UntilAsync(id, v => v.Pending.Count > 0, "to ask");
            Assert.Null((await silo.Run(id).ResolveAsync(Assert.Single(asked.Pending).CallId, CallDecision.Retry, null, TestSilo.Meta())).Problem);
        }

        Assert.Equal(RunStatus.Completed, (await silo.UntilEndedAsync(id)).Status);
        var events = await silo.EventsAsync(id);
        Assert.Equal(1, _paid);
        Assert.Single(events, e => e.Type == "tool.started");
        Assert.Equal(approval ? 1 : 0, events.Count(e => e.Type == "decision.requested"));
    }

    private static void Pay(Reply reply, string finish)
    {
        const string Arguments = """{"amount":40}""";
        switch (finish)
        {
            case "repeated":
                reply.Call("pay", Arguments).Finish("tool_calls").Finish("tool_calls").Usage(10, 2).Finish("tool_calls");
                break;
            case "early":
                reply.Finish("tool_calls").Call("pay", Arguments);
                break;
            case "split":
                reply.CallPiece(0, "p", "pay", """{"amount":""").Finish("tool_calls").CallPiece(0, null, null, "40}").Finish("tool_calls");
                break;
            default:
                reply.CallPiece(0, "p", "pay", Arguments).Finish("tool_calls").CallPiece(0, "p", "pay", Arguments).Finish("tool_calls");
                break;
        }
    }

    private Task<TestSilo> StartAsync(bool approval) => TestSilo.StartAsync(_journal, TestSilo.ModelAt(_models), s => s
        .AddTool(new ToolRegistration((int amount) => $"{amount} {Interlocked.Increment(ref _paid)}", "pay") { Effect = ToolEffect.AtMostOnce, NeedsApproval = approval ? _ => true : null })
        .AddAgent(new AgentDeclaration("payer", "Pays.", "Pay.", ["pay"])));
}
