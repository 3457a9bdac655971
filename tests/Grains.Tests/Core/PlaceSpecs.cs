using OrleansAgents.Core.Runs;
using OrleansAgents.Events;

namespace OrleansAgents.Grains.Tests.Specs;

/// <summary>A model whose places are taken: what is known is recorded, the call is not.</summary>
public sealed class PlaceSpecs
{
    [Fact]
    public void A_start_without_a_place_is_recorded_and_asks_nothing()
    {
        var run = Full(new Scenario()).When(s => s.Begin());

        run.Then("run.created", "run.started").ThenStatus(RunStatus.Running).ThenDue();
        Assert.True(Asks(run));
        Assert.Contains("its turn at its model", Standing.Of(run.State).Why);
        Free(run).When(new Wake(run.Now)).Then("model.started").ThenDue("model#1");
        Assert.False(Asks(Full(run)));
    }

    [Fact]
    public void A_result_without_a_place_is_recorded_alone()
    {
        var run = Scenario.Started().When(s => s.Says("I look.", "look"));

        Full(run).When(s => s.Returns()).Then("tool.completed").ThenDue();
        Assert.True(Asks(run));
    }

    [Fact]
    public void Who_is_paused_cancelled_or_busy_does_not_ask()
    {
        var run = Full(Scenario.Started().When(s => s.Says("I look.", "look")));
        Assert.False(Asks(run));
        run.When(s => s.Returns()).When(new Pause(run.Now, PauseMode.Step));
        Assert.False(Asks(run));
        run.When(new Resume(run.Now)).Then("run.resumed");
        Assert.True(Asks(run));
        run.When(new Cancel(run.Now, null)).Then("run.cancelling", "run.cancelled");
        Assert.False(Asks(run));
    }

    private static Scenario Full(Scenario run) => With(run, hasPlace: false);

    private static Scenario Free(Scenario run) => With(run, hasPlace: true);

    private static Scenario With(Scenario run, bool hasPlace)
    {
        run.Policy = run.Policy with { HasPlace = hasPlace };
        return run;
    }

    private static bool Asks(Scenario run) => Following.Asks(run.State, run.Policy, run.Now);
}
