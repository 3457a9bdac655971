using OrleansAgents.Cluster.Tests.Crashes;
using OrleansAgents.Runs;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>A crash at every place where the journal is written, before and after: nothing acknowledged is lost, nothing happens twice.</summary>
public sealed class CrashMatrixTests(ITestOutputHelper output)
{
    /// <summary>Chains run side by side, each with a process of its own.</summary>
    private const int Chains = 2;

    [Theory]
    [InlineData(Errand.Conversation, 20)]
    [InlineData(Errand.Cancelled, 10)]
    public Task No_promise_breaks_when_the_process_is_killed_at_any_write(string kind, int atLeast) =>
        CrashEverywhereAsync(kind, atLeast, Stand.OfProcessesAsync);

    [Theory]
    [InlineData(Errand.Conversation, 20)]
    [InlineData(Errand.Cancelled, 10)]
    public Task No_promise_breaks_when_any_write_throws(string kind, int atLeast) =>
        CrashEverywhereAsync(kind, atLeast, () => Stand.InProcessAsync());

    /// <param name="atLeast">Points that the errand has for certain; fewer would mean that nothing was tried.</param>
    private async Task CrashEverywhereAsync(string kind, int atLeast, Func<Task<Stand>> start)
    {
        var chains = await Task.WhenAll(Enumerable.Range(1, Chains).Select(first => ChainAsync(kind, first, start)));
        var crashes = chains.Sum(c => c.Crashes);
        var decisions = chains.Sum(c => c.Decisions);
        output.WriteLine($"{kind}: {crashes} crash points, {decisions} decisions");
        Assert.True(crashes >= atLeast, $"{kind} has only {crashes} crash points.");
        Assert.True(decisions > 0, $"No crash of {kind} left a payment in doubt.");
    }

    /// <summary>Crashes at the first point, the first + <see cref="Chains"/> … until the errand is done untouched.</summary>
    /// <remarks>Results that arrive together share a write, so the last points may be missing once: only twice in a row is the end.</remarks>
    private static async Task<(int Crashes, int Decisions)> ChainAsync(string kind, int first, Func<Task<Stand>> start)
    {
        await using var stand = await start();
        var (crashes, decisions) = (0, 0);
        for (var (point, untouched) = (first, 0); untouched < 2; point += Chains)
        {
            var errand = new Errand(stand, kind);
            await stand.ArmAsync(errand.Run, point);
            await errand.DoAsync();
            var history = await stand.HistoryAsync(errand);
            var violations = HistoryChecker.Check(history);
            Assert.True(violations.Count == 0, $"{kind}, crash at write point {point}:\n{string.Join('\n', violations)}");
            decisions += history.Runs[0].Events.Count(e => e.Type == "decision.resolved");
            untouched = errand.Crashed ? 0 : untouched + 1;
            crashes += errand.Crashed ? 1 : 0;
        }

        return (crashes, decisions);
    }

    [Fact]
    public async Task A_delete_that_was_cut_is_done_or_not_and_can_be_repeated()
    {
        await using var stand = await Stand.OfProcessesAsync();
        foreach (var point in new[] { 1, 2 })
        {
            var errand = new Errand(stand, Errand.Reading);
            await errand.DoAsync();
            await stand.ArmDeleteAsync(errand.Run, point);
            var problem = (await stand.AskAsync(new("delete", errand.Run))).Problem;
            Assert.Equal(point == 1 ? null : ProblemCodes.RunDeleted, problem);
            Assert.Equal(point, stand.Deaths);
            Assert.Equal(ProblemCodes.RunDeleted, (await stand.AskAsync(new("delete", errand.Run))).Problem);
        }
    }
}
