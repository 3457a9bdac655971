using OrleansAgents.Core.Runs;
using OrleansAgents.Events;

namespace OrleansAgents.Grains.Tests.Specs;

/// <summary>Runs that come back from a backup: the world has moved on, and nobody knows what they did in it.</summary>
public sealed class RestoreSpecs
{
    [Fact]
    public void A_restored_run_is_parked_and_asks_the_model_only_when_it_is_resumed()
    {
        var run = Scenario.Started().When(Restored);

        run.Then("run.paused", "model.failed").ThenStatus(RunStatus.Paused, PauseReason.Restored).ThenDue();
        Assert.Null(Standing.WakeAt(run.State));
        run.When(s => new Resume(s.Now)).Then("run.resumed", "model.started").ThenDue("model#2");
    }

    [Fact]
    public void A_call_that_was_open_in_the_backup_becomes_a_decision() =>
        Scenario.Started().When(s => s.Says("", "pay")).When(Restored).Then("run.paused", "decision.requested").ThenDue();

    [Fact]
    public void A_payment_that_the_model_asks_for_after_a_restore_may_have_been_made_before_it()
    {
        var run = Scenario.Started().When(Restored).When(s => new Resume(s.Now)).When(s => s.Says("", "pay", "book"));

        run.Then("model.completed", "decision.requested", "tool.started").ThenDue("call_1_2#1");
        Assert.Contains("backup", run.Event<DecisionRequested>().Text);
        run.When(s => Decides(s, CallDecision.Retry)).Then("decision.resolved", "tool.started").ThenDue("call_1_1#1", "call_1_2#1");
    }

    [Fact]
    public void What_was_asked_before_is_asked_anew_for_the_answer_may_have_been_given()
    {
        var run = Scenario.Started().When(s => s.Says("", "pay")).When(s => new TakeOver(s.Now)).Then("decision.requested");

        run.When(Restored).Then("run.paused", "decision.requested");
        Assert.Contains("backup", run.Event<DecisionRequested>().Text);
    }

    [Fact]
    public void What_was_decided_before_is_asked_again()
    {
        var run = Scenario.Started().When(s => s.Says("", "pay")).When(s => new TakeOver(s.Now)).After(TimeSpan.FromSeconds(30))
            .When(s => new Pause(s.Now, PauseMode.Step)).When(s => Decides(s, CallDecision.Retry)).Then("decision.resolved");

        run.When(Restored).Then("run.paused", "decision.requested");
        run.When(s => Decides(s, CallDecision.Skip)).When(s => new Resume(s.Now)).Then("run.resumed", "model.started");
    }

    [Fact]
    public void A_run_that_a_person_had_paused_says_that_it_was_restored() => Scenario.Started()
        .When(s => new Pause(s.Now, PauseMode.Now)).When(Restored).Then("run.paused").ThenStatus(RunStatus.Paused, PauseReason.Restored);

    [Fact]
    public void A_cancel_that_was_accepted_is_carried_out() => Scenario.Started().When(s => s.Says("", "pay"))
        .When(s => new Cancel(s.Now, null)).When(Restored).Then("tool.failed", "run.cancelled");

    [Fact]
    public void An_ended_run_is_left_alone() => Scenario.Started().When(s => s.Says("done")).When(Restored).Then();

    [Fact]
    public void A_turn_of_before_the_restore_begins_parked()
    {
        var run = new Scenario().When(s => s.Begin() with { Restored = true });

        run.Then("run.created", "run.paused").ThenStatus(RunStatus.Paused, PauseReason.Restored);
        run.When(s => new Resume(s.Now)).Then("run.resumed", "run.started", "model.started");
    }

    private static TakeOver Restored(Scenario s) => new(s.Now, Restored: true);

    private static Resolve Decides(Scenario s, CallDecision decision) => new(s.Now, s.State.Tools[0].CallId, decision, null, "ada");
}
