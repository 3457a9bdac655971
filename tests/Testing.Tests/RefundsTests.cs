using Microsoft.Extensions.DependencyInjection;
using OrleansAgents.Events;
using Refunds;

namespace OrleansAgents.Testing.Tests;

/// <summary>The sample's agent, tested as its users test theirs.</summary>
public sealed class RefundsTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Shop _shop;

    public RefundsTests() => _shop = new(_folder.File("shop.db"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_small_refund_is_paid_at_once()
    {
        await using var agents = await StartAsync();
        agents.Model.Calls("find", new { id = "A-100" }).Calls("refund", new { id = "A-100", amount = 40 }).Says("Done.");

        var run = await agents.RunAsync("refunds", "Pay 40 of A-100 back.");
        var journal = (await run.UntilEnded()).Completed("Done.");

        Assert.Equal(["find", "refund"], journal.All<ToolStarted>().Select(t => t.Tool));
        Assert.Equal(40, _shop.Find("A-100")!.Refunded);
    }

    [Fact]
    public async Task A_large_refund_waits_for_a_person_through_a_crash_and_a_week()
    {
        await using var agents = await StartAsync();
        agents.Model.Calls("refund", new { id = "A-101", amount = 100 }).Says("Done.");

        var run = await agents.RunAsync(new("refunds", "Pay 100 of A-101 back.", Budget: new(null, null, Seconds: 10_000_000)));
        Assert.Contains("approval", (await run.UntilWaiting()).Run.Why, StringComparison.Ordinal);
        await agents.CrashAsync();
        agents.Time.Advance(TimeSpan.FromDays(7));
        await run.UntilWaiting();
        Assert.Equal(0, _shop.Find("A-101")!.Refunded);

        await run.ResolveAsync(CallDecision.Retry);
        (await run.UntilEnded()).Completed("Done.");
        Assert.Equal(100, _shop.Find("A-101")!.Refunded);
    }

    [Fact]
    public async Task A_refund_is_paid_once_though_the_process_dies_with_its_result()
    {
        await using var agents = await StartAsync();
        agents.Model.Calls("refund", new { id = "A-100", amount = 40 }).Says(r => r.LastText);
        agents.CrashBefore<ToolCompleted>();

        var journal = await (await agents.RunAsync("refunds", "Pay 40 of A-100 back.")).UntilEnded();

        Assert.Equal([1, 2], journal.All<ToolStarted>().Select(t => t.Attempt));
        Assert.Contains("\"refunded\":40", journal.Run.Output!.ToString(), StringComparison.Ordinal);
    }

    private Task<TestAgents> StartAsync() => TestAgents.StartAsync(a =>
    {
        a.Services.AddSingleton(_shop);
        a.AddAgent("refunds", RefundsAgent.Declare);
    });
}
