using OrleansAgents.Events;

namespace OrleansAgents.Testing.Tests;

/// <summary>A script tells the conversation: what it says belongs to a step, and what it lacks is said.</summary>
public sealed class ScriptTests
{
    private readonly Desk _desk = new();

    [Fact]
    public async Task A_script_that_is_too_short_says_which_answer_is_missing_and_what_was_asked()
    {
        await using var agents = await _desk.StartAsync();
        agents.Model.Calls("read", new { line = "a" }).Calls("book", new { line = "b" });
        var run = await agents.RunAsync("clerk", "Copy it.");

        var e = await Assert.ThrowsAsync<AgentTestException>(run.UntilEnded);

        Assert.StartsWith("The script cannot answer model call 3 of a run: it has 2 answers, and this one is missing.", e.Message, StringComparison.Ordinal);
        Assert.Contains("user: Copy it.", e.Message, StringComparison.Ordinal);
        Assert.Contains("assistant: book({\"line\":\"b\"})", e.Message, StringComparison.Ordinal);
        Assert.Contains("tool: booked b", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_of_a_tool_that_is_not_on_offer_is_a_mistake_of_the_script()
    {
        await using var agents = await _desk.StartAsync();
        agents.Model.Calls("reed", new { line = "a" });
        var run = await agents.RunAsync("clerk", "Read a.");

        var e = await Assert.ThrowsAsync<AgentTestException>(run.UntilEnded);

        Assert.Contains("it calls 'reed', which is not on offer; on offer are read, book, pay", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_is_asked_again_gets_its_own_answer_again()
    {
        await using var agents = await _desk.StartAsync();
        agents.Model.Calls("read", new { line = "a" }).Says("One.");
        agents.CrashBefore<ModelCompleted>(m => m.Step == 1);

        var journal = await (await agents.RunAsync("clerk", "Read a.")).UntilEnded();

        journal.Completed("One.");
        Assert.Equal(3, agents.Model.Requests.Count);
        Assert.Equal([0, 0, 1], agents.Model.Requests.Select(r => r.Turn));
    }

    [Fact]
    public async Task Runs_at_the_same_time_have_scripts_of_their_own()
    {
        await using var agents = await _desk.StartAsync();
        agents.Model.Says("Somebody else.");
        var ada = agents.Model.When(r => r.Input == "I am Ada.").Calls("read", new { line = "a" }).Says(r => $"Ada {r.LastText}");

        var runs = await Task.WhenAll(agents.RunAsync("clerk", "I am Ada."), agents.RunAsync("clerk", "I am Grace."));

        (await runs[0].UntilEnded()).Completed("Ada read a");
        (await runs[1].UntilEnded()).Completed("Somebody else.");
        Assert.Equal(2, ada.Requests.Count);
        Assert.Single(agents.Model.Requests);
    }

    [Fact]
    public async Task Calls_of_one_answer_are_made_at_once_and_every_model_name_is_scripted()
    {
        await using var agents = await TestAgents.StartAsync(a => a.AddAgent(
            "twice", b => b.Model("big").Tool((string line) => line, t => t.Name("echo").ReadOnly())));
        agents.Model.CallsTogether(("echo", new { line = "a" }), ("echo", "{\"line\":\"b\"}")).Says("Both.");

        var journal = (await (await agents.RunAsync("twice", "Twice.")).UntilEnded()).Completed("Both.");

        Assert.Equal(2, journal.All<ToolCompleted>().Count);
        Assert.All(agents.Model.Requests, r => Assert.Equal("big", r.Model));
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_withdrawn_and_asked_for_again()
    {
        await using var agents = await _desk.StartAsync();
        agents.Model.BreaksOff("Half an").Says("A whole answer.");
        var run = await agents.RunAsync("clerk", "Speak.");
        Assert.Equal("stream_cut", (await run.UntilWaiting()).Single<ModelFailed>().Error.Code);

        agents.Time.Advance(TimeSpan.FromMinutes(1));

        (await run.UntilEnded()).Completed("A whole answer.");
    }

    [Fact]
    public async Task Something_can_happen_while_the_model_thinks()
    {
        await using var agents = await _desk.StartAsync();
        var thinking = new TaskCompletionSource();
        agents.Model.WaitsFor(thinking.Task).Says("Late.").Says("With your word in mind.");
        var run = await agents.RunAsync("clerk", "Speak.");

        await agents.Client.SendAsync(run.Id, "One more thing.");
        thinking.SetResult();

        var journal = (await run.UntilEnded()).Completed("With your word in mind.");
        Assert.Equal("One more thing.", agents.Model.Requests[1].LastText);
        Assert.Single(journal.All<MessageReceived>());
    }
}
