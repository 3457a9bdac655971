using OrleansAgents.Events;

namespace OrleansAgents.Testing.Tests;

/// <summary>Waits that fail say where the run stands; claims that do not hold say what holds.</summary>
public sealed class WaitTests
{
    private readonly Desk _desk = new();

    [Fact]
    public async Task A_wait_is_bounded_and_says_where_the_run_stands()
    {
        await using var agents = await _desk.StartAsync(new() { Patience = TimeSpan.FromSeconds(2) });
        agents.Model.Fails(503).Says("Up again.");
        var run = await agents.RunAsync("clerk", "Are you there?");

        var e = await Assert.ThrowsAsync<AgentTestException>(run.UntilEnded);

        Assert.StartsWith($"Waited 2 s for {run.Id} to end; it is waiting (retry): The last attempt failed. ", e.Message, StringComparison.Ordinal);
        Assert.Contains("The next attempt is due at 2030-01-01T12:00:0", e.Message, StringComparison.Ordinal);
        Assert.Contains("The clock stands at 2030-01-01T12:00:00", e.Message, StringComparison.Ordinal);
        Assert.Contains("  4 model.failed {\"step\":1,\"attempt\":1,\"error\":{\"code\":\"server_error\"", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_ends_where_it_was_to_wait_is_not_waited_for()
    {
        await using var agents = await _desk.StartAsync();
        agents.Model.Says("No need to wait.");
        var run = await agents.RunAsync("clerk", "Hello.");

        var e = await Assert.ThrowsAsync<AgentTestException>(run.UntilWaiting);

        Assert.StartsWith($"{run.Id} was to wait; it has ended: completed with 'No need to wait.'.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Claims_that_do_not_hold_show_the_journal()
    {
        await using var agents = await _desk.StartAsync();
        agents.Model.Calls("read", new { line = "a" }).Calls("read", new { line = "b" }).Says("Read.");
        var journal = await (await agents.RunAsync("clerk", "Read both.")).UntilEnded();

        Assert.Equal("Read.", journal.Single<RunCompleted>().Output.ToString());
        var single = Assert.Throws<AgentTestException>(() => journal.Single<ToolCompleted>());
        Assert.Contains("was to have one ToolCompleted; it has 2.", single.Message, StringComparison.Ordinal);
        Assert.Contains("run.completed {\"output\":\"Read.\"", single.Message, StringComparison.Ordinal);
        var completed = Assert.Throws<AgentTestException>(() => journal.Completed("Written."));
        Assert.Contains("was to complete with 'Written.'; it is completed with 'Read.'.", completed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_answers_are_awaited_by_name()
    {
        await using var agents = await _desk.StartAsync();
        agents.Model.CallsTogether(("pay", new { line = "a" }), ("pay", new { line = "b" })).Says("Paid.");
        agents.CrashAfter<ToolStarted>();
        var run = await agents.RunAsync("clerk", "Pay both.");
        var pending = (await run.UntilWaiting()).Run.Pending;

        var e = await Assert.ThrowsAsync<AgentTestException>(() => run.ResolveAsync(CallDecision.Fail));
        Assert.Contains("waits for 2 answers (call_1_1 pay, call_1_2 pay); name the call.", e.Message, StringComparison.Ordinal);

        foreach (var p in pending)
        {
            await run.ResolveAsync(CallDecision.Fail, p.CallId);
        }

        (await run.UntilEnded()).Completed("Paid.");
    }
}
