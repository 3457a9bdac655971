using OrleansAgents.Core.Runs;
using OrleansAgents.Events;

namespace OrleansAgents.Grains.Tests.Specs;

public sealed class StepSpecs
{
    [Fact]
    public void A_start_opens_the_first_model_call_in_the_same_commit() => Scenario.Started()
        .Then("run.created", "run.started", "model.started").ThenStatus(RunStatus.Running).ThenDue("model#1");

    [Fact]
    public void A_start_in_the_future_waits_for_its_time()
    {
        var run = new Scenario().When(s => s.Begin(startAt: s.Now.AddHours(1)))
            .Then("run.created", "run.waiting").ThenStatus(RunStatus.Waiting, "timer").ThenDue();
        Assert.Equal(run.Now.AddHours(1), Standing.WakeAt(run.State));
        run.When(s => new Wake(s.Now)).Then();
        run.After(TimeSpan.FromHours(1)).When(s => new Wake(s.Now)).Then("run.started", "model.started");
    }

    [Fact]
    public void A_result_and_the_intents_that_follow_from_it_are_one_commit() => Scenario.Started()
        .When(s => s.Says("let me see", "look")).Then("model.completed", "tool.started").ThenDue("call_1_1#1")
        .When(s => s.Returns()).Then("tool.completed", "model.started").ThenDue("model#1")
        .When(s => s.Says("the answer")).Then("model.completed", "run.completed").ThenStatus(RunStatus.Completed).ThenDue();

    [Fact]
    public void Parallel_calls_have_an_intent_and_a_result_each_and_the_model_waits_for_all() => Scenario.Started()
        .When(s => s.Says("", "look", "book")).Then("model.completed", "tool.started", "tool.started").ThenDue("call_1_1#1", "call_1_2#1")
        .When(s => s.Returns(1)).Then("tool.completed")
        .When(s => s.Returns(0)).Then("tool.completed", "model.started");

    [Fact]
    public void A_result_that_arrives_twice_is_recorded_as_late_and_not_applied()
    {
        var run = Scenario.Started().When(s => s.Says("", "look", "look"));
        var result = run.Returns(0);
        run.When(result).Then("tool.completed").When(result).Then("tool.late");
        Assert.Equal(1, run.State.Usage.ToolCalls);
    }

    [Fact]
    public void A_model_answer_of_another_attempt_changes_nothing()
    {
        var run = Scenario.Started();
        var late = run.Says("late");
        run.When(s => s.Faults()).After(TimeSpan.FromSeconds(2)).When(s => new Wake(s.Now)).Then("model.started");
        run.When(late).Then();
    }

    [Fact]
    public void An_invalid_call_is_answered_without_being_started() => Scenario.Started()
        .When(s => s.Answers("", Scenario.Ask("fly", "there is no tool 'fly'"))).Then("model.completed", "tool.failed", "model.started");

    [Fact]
    public void Three_answers_in_a_row_with_invalid_calls_fail_the_run()
    {
        var run = Scenario.Started();
        run.When(s => s.Answers("", Scenario.Ask("fly", "no"))).When(s => s.Answers("", Scenario.Ask("fly", "no")))
            .When(s => s.Answers("", Scenario.Ask("fly", "no"))).Then("model.completed", "run.failed");
        Assert.Equal("invalid_tool_calls", run.State.Error!.Code);
    }

    [Fact]
    public void A_transient_fault_waits_and_the_wait_doubles_to_a_minute()
    {
        var run = Scenario.Started();
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            run.When(s => s.Faults()).Then("model.failed").ThenStatus(RunStatus.Waiting, "retry");
            Assert.Equal(run.Now.AddSeconds(seconds), Standing.WakeAt(run.State));
            run.After(TimeSpan.FromSeconds(seconds)).When(s => new Wake(s.Now)).Then("model.started");
        }
    }

    [Fact]
    public void The_provider_s_own_wish_is_the_least_wait()
    {
        var run = Scenario.Started().When(s => s.Faults(retryAfter: TimeSpan.FromSeconds(90)));
        Assert.Equal(run.Now.AddSeconds(90), run.Event<ModelFailed>().RetryAt);
    }

    [Fact]
    public void A_refusal_by_the_provider_is_tried_again_when_the_models_gate_says()
    {
        var run = Scenario.Started().When(s => s.Faults(FaultKind.Provider, TimeSpan.FromMinutes(5))).ThenStatus(RunStatus.Waiting, "provider");
        Assert.Equal(run.Now.AddMinutes(5), Standing.WakeAt(run.State));
    }

    [Fact]
    public void A_final_fault_fails_the_run() => Scenario.Started()
        .When(s => s.Faults(FaultKind.Final)).Then("model.failed", "run.failed").ThenStatus(RunStatus.Failed);

    [Fact]
    public void A_timed_out_repeatable_tool_is_tried_again_as_often_as_it_allows() => Scenario.Started()
        .When(s => s.Says("", "look"))
        .When(s => s.Errs(outcome: ToolOutcome.Interrupted)).Then("tool.failed", "tool.started").ThenDue("call_1_1#2")
        .When(s => s.Errs(outcome: ToolOutcome.Interrupted)).Then("tool.failed", "model.started");

    [Fact]
    public void A_met_budget_pauses_and_a_resume_grants_it_once_more()
    {
        var run = Scenario.Started(new Budget(Steps: 2)).When(s => s.Says("", "look")).When(s => s.Returns())
            .Then("tool.completed", "budget.reached", "run.paused").ThenStatus(RunStatus.Paused, "budget");
        run.When(s => new Resume(s.Now)).Then("run.resumed", "model.started");
        run.When(s => s.Says("", "look")).When(s => s.Returns()).Then("tool.completed", "budget.reached", "run.paused");
    }

    [Fact]
    public void The_token_budget_counts_the_worst_case_before_the_call() => Scenario.Started(new Budget(Tokens: 50))
        .Then("run.created", "run.started", "budget.reached", "run.paused").ThenDue();

    [Fact]
    public void The_window_keeps_the_newest_whole_groups_and_never_moves_back()
    {
        var run = Scenario.Started();
        var text = new string('x', 1_200);
        var froms = new List<long>();
        for (var i = 0; i < 10; i++)
        {
            run.When(s => s.Says(text, "look")).When(s => s.Returns(result: text));
            froms.Add(run.Event<ModelStarted>().Context.From);
            Assert.True(run.State.Window.Length <= 2);
        }

        Assert.Equal(froms.Order(), froms);
        Assert.True(froms[^1] > 1);
    }
}
