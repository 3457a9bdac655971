using OrleansAgents.Core.Runs;
using OrleansAgents.Events;

namespace OrleansAgents.Grains.Tests.Specs;

public sealed class CommandSpecs
{
    [Fact]
    public void A_pause_after_the_step_lets_calls_in_flight_finish_and_starts_nothing() => Scenario.Started()
        .When(s => new Pause(s.Now, PauseMode.Step)).Then("run.paused").ThenStatus(RunStatus.Paused, "user").ThenDue("model#1")
        .When(s => s.Says("", "look")).Then("model.completed").ThenDue()
        .When(s => new Resume(s.Now)).Then("run.resumed", "tool.started");

    [Fact]
    public void A_pause_now_cuts_model_calls_and_repeatable_tools_in_the_same_commit()
    {
        Scenario.Started().When(s => new Pause(s.Now, PauseMode.Now)).Then("run.paused", "model.failed").ThenDue()
            .When(s => new Resume(s.Now)).Then("run.resumed", "model.started").ThenDue("model#2");
        Scenario.Started().When(s => s.Says("", "look", "pay"))
            .When(s => new Pause(s.Now, PauseMode.Now)).Then("run.paused", "tool.failed").ThenDue("call_1_2#1")
            .When(s => s.Returns(1)).Then("tool.completed")
            .When(s => new Resume(s.Now)).Then("run.resumed", "tool.started").ThenDue("call_1_1#2");
    }

    [Fact]
    public void A_pause_now_after_a_pause_cuts_what_still_runs() => Scenario.Started()
        .When(s => new Pause(s.Now, PauseMode.Step)).When(s => new Pause(s.Now, PauseMode.Now)).Then("run.paused", "model.failed")
        .When(s => new Pause(s.Now, PauseMode.Now)).Then();

    [Fact]
    public void A_paused_final_answer_completes_at_the_resume() => Scenario.Started()
        .When(s => new Pause(s.Now, PauseMode.Step)).When(s => s.Says("the answer")).Then("model.completed").ThenStatus(RunStatus.Paused, "user")
        .When(s => new Resume(s.Now)).Then("run.resumed", "run.completed");

    [Fact]
    public void A_resume_of_a_run_that_is_not_paused_is_accepted_and_changes_nothing() =>
        Scenario.Started().When(s => new Resume(s.Now)).Then();

    [Fact]
    public void A_cancel_cuts_what_may_be_cut_and_ends_the_run() => Scenario.Started()
        .When(s => new Cancel(s.Now, "enough")).Then("run.cancelling", "model.failed", "run.cancelled").ThenStatus(RunStatus.Cancelled);

    [Fact]
    public void A_cancel_waits_for_an_at_most_once_call() => Scenario.Started().When(s => s.Says("", "look", "pay"))
        .When(s => new Cancel(s.Now, null)).Then("run.cancelling", "tool.failed").ThenDue("call_1_2#1")
        .When(s => s.Returns(1)).Then("tool.completed", "run.cancelled");

    [Fact]
    public void A_cancel_gives_an_at_most_once_call_ten_seconds()
    {
        var run = Scenario.Started().When(s => s.Says("", "pay")).When(s => new Cancel(s.Now, null)).Then("run.cancelling");
        Assert.Equal(run.Now.AddSeconds(10), Standing.WakeAt(run.State));
        run.After(TimeSpan.FromSeconds(10)).When(s => new Wake(s.Now)).Then("tool.failed", "run.cancelled");
        Assert.Equal(ToolOutcome.Unknown, run.Event<ToolFailed>().Outcome);
    }

    [Fact]
    public void A_takeover_during_a_cancel_ends_it() => Scenario.Started().When(s => s.Says("", "pay"))
        .When(s => new Cancel(s.Now, null)).When(s => new TakeOver(s.Now)).Then("tool.failed", "run.cancelled");

    [Fact]
    public void An_ended_run_takes_no_commands()
    {
        var run = Scenario.Started().When(s => s.Says("the answer"));
        run.When(s => new Pause(s.Now, PauseMode.Now)).ThenRefused("invalid_state");
        run.When(s => new Cancel(s.Now, null)).ThenRefused("invalid_state");
        Assert.Equal(RunStatus.Completed, run.Refusal!.Status);
    }

    [Fact]
    public void A_command_to_a_run_that_does_not_exist_is_refused() =>
        new Scenario().When(s => new Pause(s.Now, PauseMode.Now)).ThenRefused("run_not_found");

    [Fact]
    public void A_takeover_of_a_model_call_opens_the_next_attempt_at_once() => Scenario.Started()
        .When(s => new TakeOver(s.Now)).Then("model.failed", "model.started").ThenDue("model#2");

    [Fact]
    public void A_takeover_keeps_the_idempotency_key()
    {
        var run = Scenario.Started().When(s => s.Says("", "book"));
        var first = run.Event<ToolStarted>();
        run.When(s => new TakeOver(s.Now)).Then("tool.failed", "tool.started");
        Assert.Equal((first.IdempotencyKey, 2), (run.Event<ToolStarted>().IdempotencyKey, run.Event<ToolStarted>().Attempt));
    }

    [Fact]
    public void A_takeover_with_nothing_open_writes_nothing() => Scenario.Started()
        .When(s => new Pause(s.Now, PauseMode.Now)).When(s => new TakeOver(s.Now)).Then();

    [Fact]
    public void A_takeover_of_an_at_most_once_call_asks_a_person() => Scenario.Started().When(s => s.Says("", "pay"))
        .When(s => new TakeOver(s.Now)).Then("decision.requested").ThenStatus(RunStatus.Waiting, "decision").ThenDue();

    [Fact]
    public void A_retry_is_taken_only_after_the_tool_s_timeout()
    {
        var run = Scenario.Started().When(s => s.Says("", "pay")).When(s => new TakeOver(s.Now));
        run.When(s => Decides(s, CallDecision.Retry)).ThenRefused("retry_too_early");
        run.After(TimeSpan.FromSeconds(30)).When(s => Decides(s, CallDecision.Retry)).Then("decision.resolved", "tool.started").ThenDue("call_1_1#2");
    }

    [Theory]
    [InlineData(CallDecision.Skip)]
    [InlineData(CallDecision.Fail)]
    public void A_skipped_or_failed_call_is_answered(CallDecision decision)
    {
        var run = Scenario.Started().When(s => s.Says("", "pay")).When(s => new TakeOver(s.Now));
        run.When(s => Decides(s, decision)).Then("decision.resolved", "model.started");
    }

    [Fact]
    public void The_loser_of_two_deciders_is_told_who_won()
    {
        var run = Scenario.Started().When(s => s.Says("", "pay", "pay")).When(s => new TakeOver(s.Now)).When(s => Decides(s, CallDecision.Skip));
        run.When(s => Decides(s, CallDecision.Fail)).ThenRefused("invalid_state");
        Assert.Equal("ada", run.Refusal!.By);
    }

    [Fact]
    public void A_decision_on_nothing_is_refused() =>
        Scenario.Started().When(s => new Resolve(s.Now, "call_9_9", CallDecision.Skip, null, "ada")).ThenRefused("pending_not_found");

    [Fact]
    public void A_timed_out_at_most_once_call_asks_a_person_and_its_late_result_is_only_recorded()
    {
        var run = Scenario.Started().When(s => s.Says("", "pay"));
        var late = run.Returns();
        run.When(s => s.Errs(outcome: ToolOutcome.Unknown)).Then("tool.failed", "decision.requested");
        run.When(late).Then("tool.late").ThenStatus(RunStatus.Waiting, "decision");
    }

    [Fact]
    public void From_the_second_interruption_in_a_row_the_next_attempt_waits_and_after_five_the_run_is_quarantined()
    {
        var run = Scenario.Started();
        foreach (var seconds in new[] { 0, 2, 4, 8, 16 })
        {
            run.When(s => new TakeOver(s.Now));
            Assert.Equal(seconds == 0 ? null : run.Now.AddSeconds(seconds), run.Event<ModelFailed>().RetryAt);
            run.After(TimeSpan.FromSeconds(seconds)).When(s => new Wake(s.Now)).ThenDue($"model#{run.State.Model!.Attempt}");
        }

        run.After(TimeSpan.FromSeconds(1)).When(s => new TakeOver(s.Now)).Then("model.failed", "run.paused").ThenStatus(RunStatus.Paused, "quarantined");
        run.When(s => new Resume(s.Now)).Then("run.resumed");
    }

    [Fact]
    public void A_recorded_result_ends_the_row_of_interruptions()
    {
        var run = Scenario.Started().When(s => new TakeOver(s.Now)).When(s => s.Says("", "look"));
        run.After(TimeSpan.FromSeconds(1)).When(s => new TakeOver(s.Now)).Then("tool.failed", "tool.started");
    }

    [Fact]
    public void A_hand_back_closes_what_was_cut_and_says_what_never_left()
    {
        var run = Scenario.Started().When(s => s.Says("", "look", "pay", "pay"));
        run.Policy = run.Policy with { Draining = true };
        run.When(s => new HandBack(s.Now, ["call_1_2"])).Then("tool.failed", "tool.failed").ThenDue("call_1_3#1");
        Assert.Equal(ToolOutcome.NotStarted, run.Event<ToolFailed>().Outcome);
        run.Policy = run.Policy with { Draining = false };
        run.When(s => new TakeOver(s.Now)).Then("decision.requested", "tool.started", "tool.started");
    }

    [Fact]
    public void A_draining_host_records_results_and_starts_nothing()
    {
        var run = Scenario.Started().When(s => s.Says("", "pay"));
        run.Policy = run.Policy with { Draining = true };
        run.When(s => s.Returns()).Then("tool.completed").ThenDue();
        run.Policy = run.Policy with { Draining = false };
        run.When(s => new TakeOver(s.Now)).Then("model.started");
    }

    private static Resolve Decides(Scenario s, CallDecision decision) => new(s.Now, "call_1_1", decision, null, "ada");
}
