using OrleansAgents.Events;

namespace OrleansAgents.Testing.Tests;

/// <summary>The silo dies where the test says so, and another goes on with the file.</summary>
public sealed class CrashTests
{
    private readonly Desk _desk = new();

    public static TheoryData<string, bool> Points()
    {
        var points = new TheoryData<string, bool>();
        foreach (var e in new[] { "run.created", "model.started", "model.completed", "tool.started", "tool.completed", "run.completed" })
        {
            points.Add(e, false);
            points.Add(e, true);
        }

        return points;
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Wherever_it_dies_the_run_comes_to_its_end(string e, bool after)
    {
        await using var agents = await _desk.StartAsync();
        agents.Model.Calls("book", new { line = "a" }).Says(r => $"I {r.LastText}.");
        Arm(agents, e, after);

        var journal = (await (await agents.RunAsync("clerk", "Book a.")).UntilEnded()).Completed("I booked a.");

        Assert.Equal(1, agents.Crashes);
        Assert.Single(journal.All<ToolCompleted>());

        // The intent to ask the model next is in the same write as the tool's result: without either the call is repeated.
        Assert.Equal(!after && e is "tool.completed" or "model.started" ? 2 : 1, _desk.Booked);
    }

    [Fact]
    public async Task What_must_not_happen_twice_waits_for_a_person_and_does_not_happen_twice()
    {
        await using var agents = await _desk.StartAsync();
        agents.Model.Calls("pay", new { line = "a" }).Says(r => r.LastText);
        agents.CrashBefore<ToolCompleted>();
        var run = await agents.RunAsync("clerk", "Pay a.");

        Assert.Equal("pay", (await run.UntilWaiting()).Run.Pending.Single().Tool);
        await run.ResolveAsync(CallDecision.Skip, result: "paid a, says the bank");

        (await run.UntilEnded()).Completed("paid a, says the bank");
        Assert.Equal(1, _desk.Paid);
    }

    [Fact]
    public async Task It_can_die_several_times_and_at_any_moment()
    {
        await using var agents = await _desk.StartAsync();
        var held = new TaskCompletionSource();
        _desk.Slowness = _ => held.Task;
        agents.Model.Calls("read", new { line = "a" }).Calls("book", new { line = "b" }).Says("Done.");
        agents.CrashAfter<ToolStarted>();
        agents.CrashBefore<ToolCompleted>();
        var run = await agents.RunAsync("clerk", "Copy it.");
        held.SetResult();

        // The same step has died twice in a row: the next attempt waits a little.
        await run.UntilWaiting();
        agents.Time.Advance(TimeSpan.FromSeconds(2));
        await run.UntilEnded();

        await agents.CrashAsync();

        (await run.JournalAsync()).Completed("Done.");
        Assert.Equal(3, agents.Crashes);
    }

    [Fact]
    public async Task A_crash_that_never_came_fails_the_wait_for_the_end()
    {
        await using var agents = await _desk.StartAsync();
        agents.Model.Says("Nothing to do.");
        agents.CrashAfter<ToolStarted>();
        var run = await agents.RunAsync("clerk", "Hello.");

        var e = await Assert.ThrowsAsync<AgentTestException>(run.UntilEnded);

        Assert.Contains("the crash after tool.started never came", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_that_does_not_start_again_fails_the_wait_with_its_reason()
    {
        var starts = 0;
        await using var agents = await TestAgents.StartAsync(a => a.AddAgent(
            "clerk", c => c.Instructions(++starts == 1 ? "Do as asked." : throw new InvalidOperationException("The second start has a bug."))));
        agents.Model.Says("Hello.");
        agents.CrashBefore<RunCompleted>();
        var run = await agents.RunAsync("clerk", "Hello.");

        Assert.Equal("The second start has a bug.", (await Assert.ThrowsAsync<InvalidOperationException>(run.UntilEnded)).Message);
    }

    private static void Arm(TestAgents agents, string e, bool after)
    {
        switch (e)
        {
            case "run.created":
                Arm<RunCreated>();
                break;
            case "model.started":
                Arm<ModelStarted>(m => m.Step == 3);
                break;
            case "model.completed":
                Arm<ModelCompleted>();
                break;
            case "tool.started":
                Arm<ToolStarted>();
                break;
            case "tool.completed":
                Arm<ToolCompleted>();
                break;
            default:
                Arm<RunCompleted>();
                break;
        }

        void Arm<T>(Func<T, bool>? when = null)
            where T : RunEvent
        {
            if (after)
            {
                agents.CrashAfter(when);
            }
            else
            {
                agents.CrashBefore(when);
            }
        }
    }
}
