using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Agents;
using OrleansAgents.Agents.Declarations;
using OrleansAgents.Agents.Settings;
using OrleansAgents.Client.Live;
using OrleansAgents.Events;
using OrleansAgents.Runs;
using OrleansAgents.Storage.Sqlite;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>One silo, one journal file, a model on the real wire.</summary>
public sealed class RunTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private ModelServer _models = null!;
    private SqliteJournal _journal = null!;
    private TestSilo _silo = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await ModelServer.StartAsync();
        _journal = new SqliteJournal(_folder.File("agents.db"));
        _silo = await TestSilo.StartAsync(_journal, TestSilo.ModelAt(_models), s => s
            .AddTool(new ToolRegistration((string word) => word.ToUpperInvariant(), "shout") { Effect = ToolEffect.ReadOnly })
            .AddAgent(new AgentDeclaration("loud", "Shouts.", "Shout.", ["shout"])));
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _journal.DisposeAsync();
        await _models.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_run_goes_from_its_input_through_a_tool_to_its_answer()
    {
        _models.Reply(r => r.Call("shout", """{"word":"hello"}""").Finish("tool_calls")).Reply(r => r.Text("It is ", "HELLO").Finish("stop"));

        var id = await _silo.StartRunAsync("loud", "say hello");
        var view = await _silo.UntilEndedAsync(id);

        Assert.Equal((RunStatus.Completed, "It is HELLO"), (view.Status, view.Output?.Inline));
        Assert.Equal(
            ["run.created", "run.started", "model.started", "model.completed", "tool.started", "tool.completed", "model.started", "model.completed", "run.completed"],
            (await _silo.EventsAsync(id)).Select(e => e.Type));
        Assert.Equal("HELLO", _models.Received[1].LastText);
    }

    [Fact]
    public async Task What_the_model_saw_is_assembled_again_and_matches()
    {
        _models.Reply(r => r.Call("shout", """{"word":"hello"}""").Finish("tool_calls")).Reply(r => r.Text("done").Finish("stop"));
        var id = await _silo.StartRunAsync("loud", "say hello");
        await _silo.UntilEndedAsync(id);

        foreach (var step in new[] { 1, 3 })
        {
            Assert.True((await _silo.Reader.ContextAsync(Principal.Local, id, step)).Value!.Matches);
        }

        Assert.Equal(ProblemCodes.StepNotFound, (await _silo.Reader.ContextAsync(Principal.Local, id, 2)).Problem!.Code);
        var steps = (await _silo.Reader.StepsAsync(Principal.Local, id, 0, 10)).Value!.Items;
        Assert.Equal(["model", "tool", "model"], steps.Select(s => s.Kind));
    }

    [Fact]
    public async Task An_interrupt_cuts_the_answer_keeps_what_was_said_and_the_model_sees_both()
    {
        var never = new TaskCompletionSource();
        _models.Reply(r => r.Text("The capital ", "is").Wait(never.Task)).Reply(r => r.Text("Vienna").Finish("stop"));
        var id = await _silo.StartRunAsync("loud", "a question");
        await SaidAsync(id, "The capital is");

        Assert.NotNull((await _silo.Run(id).MessageAsync("of Austria", MessageDelivery.Interrupt, TestSilo.Meta("m1"))).Receipt);
        Assert.Equal("duplicate", (await _silo.Run(id).MessageAsync("of Austria", MessageDelivery.Interrupt, TestSilo.Meta("m1"))).Receipt?.Status);

        Assert.Equal("Vienna", (await _silo.UntilEndedAsync(id)).Output!.Inline);
        Assert.Equal(["a question", "The capital is", "of Austria"], _models.Received[1].Messages.Skip(1).Select(ReceivedRequest.Text));
        foreach (var step in new[] { 1, 2 })
        {
            Assert.True((await _silo.Reader.ContextAsync(Principal.Local, id, step)).Value!.Matches);
        }
    }

    /// <summary>Waits until the open answer has come so far.</summary>
    private async Task SaidAsync(string id, string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var tail = _silo.Services.GetRequiredService<ILiveTail>().Subscribe(id);
        var said = string.Concat(tail.Open?.Parts.Select(p => p.Text) ?? []);
        while (said != text)
        {
            await tail.WaitAsync(patience.Token);
            while (tail.TryRead(out var item))
            {
                said += item.Delta?.Text;
            }
        }
    }

    [Fact]
    public async Task A_pause_and_a_resume_by_the_same_id_have_one_effect()
    {
        var gate = new TaskCompletionSource();
        _models.Reply(r => r.Text("slow ").Wait(gate.Task).Text("answer").Finish("stop"));
        var id = await _silo.StartRunAsync("loud", "wait");
        var meta = TestSilo.Meta("pause-1");
        Assert.Equal("accepted", (await _silo.Run(id).PauseAsync(PauseMode.Step, meta)).Receipt!.Status);
        Assert.Equal("duplicate", (await _silo.Run(id).PauseAsync(PauseMode.Step, meta)).Receipt!.Status);
        Assert.Equal(
            ProblemCodes.IdempotencyMismatch, (await _silo.Run(id).PauseAsync(PauseMode.Now, meta with { RequestHash = "other" })).Problem!.Code);
        gate.SetResult();
        await _silo.UntilAsync(id, v => v.Head == 5, "to record the answer");
        Assert.NotNull((await _silo.Run(id).ResumeAsync(TestSilo.Meta())).Receipt);
        Assert.Equal("slow answer", (await _silo.UntilEndedAsync(id)).Output!.Inline);
    }

    [Fact]
    public async Task A_start_repeated_after_the_run_ended_or_was_deleted_starts_nothing()
    {
        _models.Reply(r => r.Text("once").Finish("stop"));
        var (run, start, meta) = (_silo.Run("run_keyed"), new StartRun("loud", "once"), TestSilo.Meta("key-1"));
        Assert.Equal("accepted", (await run.StartAsync(start, meta)).Receipt!.Status);
        await _silo.UntilEndedAsync("run_keyed");

        var again = (await run.StartAsync(start, meta)).Receipt!;
        Assert.Equal(("duplicate", 1), (again.Status, again.Seq));
        Assert.Equal(ProblemCodes.IdempotencyMismatch, (await run.StartAsync(start, meta with { RequestHash = "other" })).Problem!.Code);
        Assert.Equal(ProblemCodes.InvalidState, (await run.StartAsync(start, TestSilo.Meta("key-2"))).Problem!.Code);

        Assert.Null(await _silo.Reader.DeleteAsync(Principal.Local, "run_keyed"));
        Assert.Equal(ProblemCodes.RunDeleted, (await run.StartAsync(start, meta)).Problem!.Code);
        Assert.Single(_models.Received);
    }

    [Fact]
    public async Task A_rate_limited_call_is_tried_again_by_itself()
    {
        _models.Reply(r => r.Error(429, "slow down")).Reply(r => r.Text("ok").Finish("stop"));
        var id = await _silo.StartRunAsync("loud", "try");
        Assert.Equal(RunStatus.Completed, (await _silo.UntilEndedAsync(id)).Status);
        Assert.Equal(2, _models.Received.Count);
    }

    [Fact]
    public async Task Commands_to_what_does_not_exist_or_has_ended_are_refused()
    {
        Assert.Equal(ProblemCodes.RunNotFound, (await _silo.Run("run_nothing").PauseAsync(PauseMode.Step, TestSilo.Meta())).Problem!.Code);
        _models.Reply(r => r.Text("ok").Finish("stop"));
        var id = await _silo.StartRunAsync("loud", "try");
        await _silo.UntilEndedAsync(id);
        Assert.Equal(ProblemCodes.InvalidState, (await _silo.Run(id).CancelAsync(null, TestSilo.Meta())).Problem!.Code);
        Assert.Null(await _silo.Reader.DeleteAsync(Principal.Local, id));
        Assert.Equal(ProblemCodes.RunDeleted, (await _silo.Reader.ViewAsync(Principal.Local, id)).Problem!.Code);
    }
}
