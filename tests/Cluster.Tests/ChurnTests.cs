using OrleansAgents.Cluster.Tests.Crashes;
using OrleansAgents.Testing;
using Xunit;

namespace OrleansAgents.Cluster.Tests;

/// <summary>Many runs at once in a process that is killed again and again.</summary>
public sealed class ChurnTests(ITestOutputHelper output)
{
    private const int Runs = 1_000;
    private const int AtOnce = 32;
    private const int Kills = 20;

    [Fact]
    public async Task A_thousand_runs_end_and_keep_every_promise_through_twenty_kills_at_random_writes()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        await using var stand = await Stand.OfProcessesAsync();
        var killing = KillAsync(stand, new Random(seed));
        var done = new List<Errand>();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => WorkAsync()));
        await killing;

        Assert.Equal(Kills, stand.Deaths);
        var history = await stand.HistoryAsync(done);
        var violations = HistoryChecker.Check(history);
        Assert.True(violations.Count == 0, $"seed {seed}:\n{string.Join('\n', violations.Take(20))}");
        output.WriteLine($"{done.Count} runs, {history.Tools.Count} effects, {history.Models.Count} model requests, "
            + $"{history.Runs.Sum(r => r.Events.Count(e => e.Type is "model.failed" or "tool.failed"))} cut attempts, "
            + $"{history.Runs.Sum(r => r.Events.Count(e => e.Type == "decision.resolved"))} decisions");

        async Task WorkAsync()
        {
            while (Next() is { } errand)
            {
                await errand.DoAsync();
            }
        }

        // As many as were asked for, and more while there is something left to kill.
        Errand? Next()
        {
            lock (done)
            {
                if (done.Count >= Runs && killing.IsCompleted)
                {
                    return null;
                }

                done.Add(new(stand, done.Count % 4 == 0 ? Errand.Paying : Errand.Reading));
                return done[^1];
            }
        }
    }

    [Fact]
    public async Task Fifty_runs_that_are_killed_in_the_middle_of_an_answer_end_without_repeating_what_they_had_done()
    {
        await using var stand = await Stand.OfProcessesAsync();
        List<Errand> errands = [.. Enumerable.Range(0, 50).Select(_ => new Errand(stand, Errand.Held))];
        await Task.WhenAll(errands.Select(e => e.StartAsync()));
        await AllAskedAsync(stand.Model, errands);
        await stand.KillAsync();
        errands.ForEach(e => stand.Model.Open(e.Run));
        await Task.WhenAll(errands.Select(e => e.UntilEndedAsync()));

        var history = await stand.HistoryAsync(errands);
        Assert.Empty(HistoryChecker.Check(history));
        Assert.All(errands, e => Assert.Equal((1, 2), (stand.Model.Times(e.Run, 0), stand.Model.Times(e.Run, 1))));
        Assert.Equal(3 * errands.Count, history.Tools.Count);
        Assert.All(history.Runs, r => Assert.Equal("run.completed", r.Events[^1].Type));
    }

    private static async Task AllAskedAsync(ErrandModel model, List<Errand> errands)
    {
        var asked = errands.Select(e => model.WhenAsked(e.Run, 1)).ToList();
        try
        {
            await Task.WhenAll(asked).WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited 60 s for every run to ask its second question; {asked.Count(a => a.IsCompleted)} of {asked.Count} did.");
        }
    }

    private static async Task KillAsync(Stand stand, Random random)
    {
        for (var i = 0; i < Kills; i++)
        {
            var restarted = stand.NextRestart;
            await stand.ArmAsync("", random.Next(1, 900));
            await restarted;
        }
    }
}
