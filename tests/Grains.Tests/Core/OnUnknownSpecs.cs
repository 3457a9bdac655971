using OrleansAgents.Core.Runs;
using OrleansAgents.Events;

namespace OrleansAgents.Grains.Tests.Specs;

/// <summary>What follows, by the tool's own rule, when nobody knows whether an at-most-once call took effect.</summary>
public sealed class OnUnknownSpecs
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_call_that_may_be_retried_is_called_again_when_the_first_can_no_longer_be_at_work()
    {
        var run = Paying(UnknownRule.Retry).When(s => new TakeOver(s.Now));

        run.Then("tool.failed", "decision.resolved").ThenStatus(RunStatus.Waiting, WaitReason.Retry).ThenDue();
        Assert.Equal(run.Now + Timeout, Standing.WakeAt(run.State));
        run.After(Timeout).When(s => new Wake(s.Now)).Then("tool.started").ThenDue("call_1_1#2");
        Assert.Equal("run_1/call_1_1", run.Event<ToolStarted>().IdempotencyKey);
    }

    [Fact]
    public void A_call_that_counts_as_failed_is_not_called_again_and_the_run_goes_on()
    {
        Paying(UnknownRule.Fail).When(s => new TakeOver(s.Now)).Then("tool.failed", "decision.resolved", "model.started");
    }

    [Fact]
    public void A_timeout_is_answered_by_the_same_rule()
    {
        Paying(UnknownRule.Fail).When(s => s.Errs(outcome: ToolOutcome.Unknown)).Then("tool.failed", "decision.resolved", "model.started");
    }

    [Fact]
    public void A_check_that_finds_the_call_done_answers_it_with_its_result()
    {
        var run = Paying(UnknownRule.Check).When(s => new TakeOver(s.Now));

        run.Then("tool.failed", "tool.checking").ThenStatus(RunStatus.Running).ThenDue("call_1_1?1");
        run.When(Finds(run, CheckFinding.Done, "paid 100")).Then("tool.checked", "decision.resolved", "model.started");
        var told = Assert.Single(run.Journal.OfType<DecisionResolved>());
        Assert.Equal((CallDecision.Skip, "paid 100", "on_unknown"), (told.Decision, told.Result?.Inline, told.By));
    }

    [Fact]
    public void Not_done_is_asked_again_until_the_first_call_can_no_longer_be_at_work()
    {
        var run = Paying(UnknownRule.Check).When(s => new TakeOver(s.Now));

        run.When(Finds(run, CheckFinding.NotDone)).Then("tool.checked").ThenStatus(RunStatus.Waiting, WaitReason.Retry);
        run.After(Timeout).When(s => new Wake(s.Now)).Then("tool.checking").ThenDue("call_1_1?2");
        run.When(Finds(run, CheckFinding.NotDone)).Then("tool.checked", "decision.resolved", "tool.started").ThenDue("call_1_1#2");
    }

    [Fact]
    public void A_check_that_cannot_tell_leaves_it_to_a_person()
    {
        var run = Paying(UnknownRule.Check).When(s => new TakeOver(s.Now));

        run.When(Finds(run, CheckFinding.Unknown)).Then("tool.checked", "decision.requested").ThenStatus(RunStatus.Waiting, WaitReason.Decision);
    }

    [Fact]
    public void A_crash_in_the_check_asks_it_again_and_an_old_answer_is_ignored()
    {
        var run = Paying(UnknownRule.Check).When(s => new TakeOver(s.Now));
        var old = Finds(run, CheckFinding.Done);

        run.When(s => new TakeOver(s.Now)).Then("tool.checked");
        run.After(TimeSpan.FromSeconds(2)).When(s => new Wake(s.Now)).Then("tool.checking").ThenDue("call_1_1?2");
        run.When(old).Then();
    }

    [Fact]
    public void A_paused_run_asks_no_check_and_a_cancelled_one_ends()
    {
        var run = Paying(UnknownRule.Check).When(s => new Pause(s.Now, PauseMode.Step)).When(s => new TakeOver(s.Now)).Then("tool.failed").ThenDue();

        run.When(s => new Resume(s.Now)).Then("run.resumed", "tool.checking");
        run.When(s => new Cancel(s.Now, null)).Then("run.cancelling", "tool.checked", "run.cancelled");
    }

    [Fact]
    public void A_yes_to_one_question_is_no_approval()
    {
        var run = Paying(UnknownRule.Ask);
        run.Policy = run.Policy with { HoldOf = (_, _) => new("pay needs approval.", Approvable: true) };
        run.When(s => new TakeOver(s.Now)).Then("decision.requested").After(Timeout);

        run.When(Decides(run)).Then("decision.resolved", "decision.requested");
        run.When(Decides(run)).Then("decision.resolved", "tool.started");
    }

    private static Scenario Paying(UnknownRule rule)
    {
        var run = Scenario.Started();
        run.Policy = run.Policy with { RuleOf = _ => rule };
        return run.When(s => s.Says("I pay.", "pay")).Then("model.completed", "tool.started");
    }

    private static CallChecked Finds(Scenario run, CheckFinding finding, string? result = null) =>
        new(run.Now, "call_1_1", run.State.Tools[0].Checks, finding, result is null ? null : (Text)result, null);

    private static Resolve Decides(Scenario run) => new(run.Now, "call_1_1", CallDecision.Retry, null, "ada");
}
