using System.Collections.Concurrent;
using OrleansAgents.Events;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>What a program may change between two of its starts.</summary>
public enum Change
{
    Prompt,
    ToolRenamed,
    ToolRemoved,
    ParameterRequired,
    AgentDeleted,
    StricterApproval,
}

/// <summary>Where a live run stands when the program changes.</summary>
public enum Place
{
    /// <summary>The model is being asked; it will ask for the tool.</summary>
    Before,

    /// <summary>The tool is at work.</summary>
    In,

    /// <summary>The call waits for a person.</summary>
    WaitingAt,
}

/// <summary>A live run meets the changed program: its definition is the pinned one, its tools and their rules are today's.</summary>
public sealed class ChangeMatrixTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ConcurrentQueue<ToolCall> _acts = new();
    private readonly Hold _atModel = new();
    private readonly Hold _atTool = new();

    public static TheoryData<Change, Place, bool> Matrix { get; } =
        new(from change in Enum.GetValues<Change>() from place in Enum.GetValues<Place>() from crash in new[] { true, false } select (change, place, crash));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task A_live_run_meets_the_changed_program(Change change, Place place, bool crash)
    {
        await using var model = await ModelServer.StartAsync(r => Answer(r, place));
        await using var journal = new SqliteJournal(_folder.File("agents.db"));
        var before = await StartAsync(journal, model, null);
        var run = await before.StartRunAsync("clerk", "act");
        await ReachAsync(before, run, place);
        await (crash ? before.CrashAsync() : before.DisposeAsync().AsTask());
        var begun = _acts.Count;

        _atModel.Open();
        _atTool.Open();
        await using var silo = await StartAsync(journal, model, change);
        if (place == Place.WaitingAt)
        {
            Assert.Contains("needs a person's approval", (await silo.UntilAsync(run, v => v.Pending.Count > 0, "to wait for approval")).Why, StringComparison.Ordinal);
            await ResolveAsync(silo, run, CallDecision.Retry);
        }

        if (CauseOf(change) is { } cause && !(change == Change.StricterApproval && place == Place.WaitingAt))
        {
            var view = await silo.UntilAsync(run, v => v.Pending.Count > 0 && v.Why?.Contains(cause, StringComparison.Ordinal) == true, $"to say: {cause}");
            Assert.Equal((RunStatus.Waiting, WaitReason.Decision), (view.Status, view.Reason));
            Assert.Equal(begun, _acts.Count);
            await ResolveAsync(silo, run, change == Change.StricterApproval ? CallDecision.Retry : CallDecision.Skip);
        }

        var ended = await silo.UntilEndedAsync(run);
        Assert.Equal((RunStatus.Completed, "ended"), (ended.Status, ended.Output?.Inline));
        var acts = change is Change.ToolRenamed or Change.ToolRemoved or Change.ParameterRequired ? begun : begun + 1;
        Assert.Equal(acts, _acts.Count);
        Assert.True(_acts.Select(a => a.IdempotencyKey).Distinct().Count() <= 1);
        Assert.All(model.Received, r => Assert.Equal(("Be old.", "act"), (ReceivedRequest.Text(r.Messages[0]), Assert.Single(r.Tools))));

        await NewRunAsync(silo, model, change);
    }

    /// <summary>A run that starts afterwards knows only the new program.</summary>
    private static async Task NewRunAsync(TestSilo silo, ModelServer model, Change change)
    {
        model.Reply(r => r.Text("new").Finish("stop"));
        if (change == Change.AgentDeleted)
        {
            var refused = await silo.Run("run_new").StartAsync(new StartRun("clerk", "act"), TestSilo.Meta());
            Assert.Equal(ProblemCodes.AgentNotFound, refused.Problem?.Code);
            return;
        }

        await silo.UntilEndedAsync(await silo.StartRunAsync("clerk", "act"));
        var seen = model.Received[^1];
        Assert.Equal(change == Change.Prompt ? "Be new." : "Be old.", ReceivedRequest.Text(seen.Messages[0]));
        Assert.Equal(change switch { Change.ToolRenamed => ["perform"], Change.ToolRemoved => [], _ => ["act"] }, seen.Tools);
    }

    private static string? CauseOf(Change change) => change switch
    {
        Change.ToolRenamed or Change.ToolRemoved => "act is no tool of this build.",
        Change.ParameterRequired => "act takes other arguments in this build: 'reason' is missing.",
        Change.StricterApproval => "act needs a person's approval",
        _ => null,
    };

    /// <param name="change">Null for the program as it was.</param>
    private Task<TestSilo> StartAsync(SqliteJournal journal, ModelServer model, Change? change) =>
        TestSilo.StartAsync(journal, TestSilo.ModelAt(model), services => new AgentsBuilder(services).AddAgent(
            change == Change.AgentDeleted ? "other" : "clerk", a =>
            {
                a.Instructions(change == Change.Prompt ? "Be new." : "Be old.");
                switch (change)
                {
                    case Change.ToolRemoved:
                        break;
                    case Change.ParameterRequired:
                        a.Tool((string what, string reason, ToolCall call) => ActAsync(what + reason, call), t => t.Name("act").Idempotent());
                        break;
                    default:
                        a.Tool(ActAsync, t => t.Name(change == Change.ToolRenamed ? "perform" : "act").Idempotent()
                            .NeedsApproval(c => change == Change.StricterApproval || c.Get<string>("what") == "dear"));
                        break;
                }
            }));

    private async Task<string> ActAsync(string what, ToolCall call)
    {
        _acts.Enqueue(call);
        await (what == "slow" ? _atTool.PassAsync() : Task.CompletedTask);
        return "acted";
    }

    private Reply Answer(ReceivedRequest request, Place place)
    {
        if (request.Turn > 0)
        {
            return new Reply().Text("ended").Finish("stop");
        }

        var reply = place == Place.Before ? new Reply().Wait(_atModel.PassAsync()) : new Reply();
        return reply.Call("act", place switch { Place.In => """{"what": "slow"}""", Place.WaitingAt => """{"what": "dear"}""", _ => """{"what": "plain"}""" })
            .Finish("tool_calls");
    }

    private Task ReachAsync(TestSilo silo, string run, Place place) => place switch
    {
        Place.Before => _atModel.ReachedAsync("the question to the model"),
        Place.In => _atTool.ReachedAsync("the call of act"),
        _ => silo.UntilAsync(run, v => v.Pending.Count > 0, "to wait for approval"),
    };

    private static async Task ResolveAsync(TestSilo silo, string run, CallDecision decision)
    {
        var view = await silo.UntilAsync(run, v => v.Pending.Count > 0, "to ask");
        var result = await silo.Run(run).ResolveAsync(view.Pending[0].CallId, decision, "resolved", TestSilo.Meta());
        Assert.Null(result.Problem);
    }
}
