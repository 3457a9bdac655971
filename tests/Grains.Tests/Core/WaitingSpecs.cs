using OrleansAgents.Core.Runs;
using OrleansAgents.Events;
using OrleansAgents.Runs;

namespace OrleansAgents.Grains.Tests.Specs;

/// <summary>What a run waits for after a fault of its model, and what ends the wait.</summary>
public sealed class WaitingSpecs
{
    private static readonly RunError Refused = new("unauthorized", "The provider does not accept the API key (HTTP 401): no such key");

    [Fact]
    public void Three_defects_in_a_row_pause_the_run_and_a_resume_begins_the_count_anew()
    {
        var run = Scenario.Started();
        for (var round = 0; round < 2; round++)
        {
            Defect(run).ThenStatus(RunStatus.Waiting, "retry");
            Due(run);
            Defect(run).ThenStatus(RunStatus.Waiting, "retry");
            Due(run);
            Defect(run).Then("model.failed", "run.paused").ThenStatus(RunStatus.Paused, "provider");
            Assert.Contains("it cannot be read", Standing.Of(run.State).Why);
            Assert.Null(Standing.WakeAt(run.State));
            run.When(s => new Resume(s.Now)).Then("run.resumed", "model.started");
        }
    }

    [Fact]
    public void Defects_with_another_fault_or_an_answer_between_them_are_not_in_a_row()
    {
        var run = Scenario.Started();
        Due(Defect(run));
        Due(Defect(run));
        Due(Defect(run, "another"));
        Due(Defect(run));
        Due(run.When(s => s.Faults()));
        Due(Defect(run));
        Due(Defect(run));
        run.When(s => s.Says("", "look")).When(s => s.Returns()).Then("tool.completed", "model.started");
        Due(Defect(run));
        Due(Defect(run));
        Assert.Null(run.State.Pause);
    }

    [Fact]
    public void A_retry_makes_the_waiting_attempt_now_whatever_it_waits_for()
    {
        foreach (var kind in new[] { FaultKind.Transient, FaultKind.Provider, FaultKind.Defect })
        {
            var run = Scenario.Started().When(s => s.Faults(kind, TimeSpan.FromHours(1)));
            run.When(s => new Retry(s.Now, "ann")).Then("retry.requested", "model.started");
            Assert.Equal("ann", run.Event<RetryRequested>().By);
        }
    }

    [Fact]
    public void A_retry_changes_nothing_in_a_run_that_waits_for_no_attempt_and_is_refused_by_one_that_cannot_go_on()
    {
        Scenario.Started().When(s => new Retry(s.Now, "ann")).Then();
        Scenario.Started().When(s => new Pause(s.Now, PauseMode.Now)).When(s => new Retry(s.Now, "ann")).ThenRefused("invalid_state");
        Scenario.Started().When(s => s.Says("done")).When(s => new Retry(s.Now, "ann")).ThenRefused("invalid_state");
    }

    [Fact]
    public void A_run_whose_model_is_not_asked_rests_until_it_is_and_says_why()
    {
        var run = new Scenario { Now = Scenario.Epoch };
        run.Policy = run.Policy with { HasPlace = false, Outage = new(WaitReason.Provider, run.Now.AddMinutes(5), Refused) };
        run.When(s => s.Begin()).Then("run.created", "run.started", "run.waiting").ThenStatus(RunStatus.Waiting, "provider");
        Assert.Equal(run.Now.AddMinutes(5), Standing.WakeAt(run.State));
        var why = Standing.Of(run.State).Why;
        Assert.Contains("no such key", why);
        Assert.Contains("/retry", why);
        Assert.Contains(run.Now.AddMinutes(5).ToString("O"), why);

        // The probe failed meanwhile: it rests again; then it is its turn.
        run.After(TimeSpan.FromMinutes(5)).Policy = run.Policy with { Outage = new(WaitReason.Provider, run.Now.AddMinutes(10), Refused) };
        run.When(s => new Wake(s.Now)).Then("run.waiting");
        run.Policy = run.Policy with { HasPlace = true, Outage = null };
        run.When(s => new Wake(s.Now)).Then();
        run.When(s => new Wake(s.Now, WakeReason.ModelIsBack)).Then("retry.requested", "model.started");
    }

    [Fact]
    public void A_model_that_is_back_wakes_who_waits_for_its_provider_and_nobody_else()
    {
        Scenario.Started().When(s => s.Faults(FaultKind.Provider)).When(s => new Wake(s.Now, WakeReason.ModelIsBack)).Then("retry.requested", "model.started");
        Scenario.Started().When(s => s.Faults()).When(s => new Wake(s.Now, WakeReason.ModelIsBack)).Then();
        Scenario.Started().When(s => s.Faults(FaultKind.Provider)).When(s => new Pause(s.Now, PauseMode.Step))
            .When(s => new Wake(s.Now, WakeReason.ModelIsBack)).Then();
    }

    [Fact]
    public void A_request_that_is_refused_alone_waits_longer_each_time_whoever_else_is_answered()
    {
        var run = Scenario.Started();
        foreach (var (minutes, wakes) in new[] { (1, true), (5, false), (10, false), (60, false), (60, false) })
        {
            run.When(s => s.Faults(FaultKind.Provider)).Then("model.failed");
            Assert.Equal(run.Now.AddMinutes(minutes), Standing.WakeAt(run.State));
            run.When(s => new Wake(s.Now, WakeReason.ModelIsBack));
            if (wakes)
            {
                run.Then("retry.requested", "model.started");
            }
            else
            {
                run.Then().After(TimeSpan.FromMinutes(minutes)).When(s => new Wake(s.Now)).Then("model.started");
            }
        }

        run.When(s => s.Faults(FaultKind.Provider)).When(s => new Wake(s.Now, WakeReason.ServiceStarted)).Then("retry.requested", "model.started");
    }

    [Fact]
    public void Events_never_go_back_in_time_and_deadlines_come_from_the_wall_clock()
    {
        var run = Scenario.Started().After(TimeSpan.FromHours(6)).When(s => s.Faults());
        run.After(TimeSpan.FromSeconds(1)).When(s => new Wake(s.Now)).Then("model.started");
        run.After(TimeSpan.FromHours(-6)).When(s => s.Faults()).Then("model.failed");
        Assert.Equal(run.Now.AddSeconds(2), run.Event<ModelFailed>().RetryAt);
        Assert.Equal(Scenario.Epoch + TimeSpan.FromHours(6) + TimeSpan.FromSeconds(1), run.State.UpdatedAt);
        run.After(TimeSpan.FromSeconds(2)).When(s => new Wake(s.Now)).Then("model.started");
    }

    [Fact]
    public void What_waits_for_a_time_that_a_clock_gave_which_was_ahead_is_tried_when_that_is_found()
    {
        var run = Scenario.Started().After(TimeSpan.FromHours(1)).When(s => s.Faults());
        run.After(TimeSpan.FromHours(-1)).When(s => new Wake(s.Now)).Then();
        run.When(s => new Wake(s.Now, WakeReason.ClockWasAhead)).Then("retry.requested", "model.started");
    }

    [Fact]
    public void The_grace_of_a_cancel_ends_by_the_monotonic_clock()
    {
        var run = Scenario.Started().When(s => s.Says("", "pay")).When(s => new Cancel(s.Now, null)).Then("run.cancelling");
        run.After(TimeSpan.FromHours(-1)).When(s => new Wake(s.Now)).Then();
        run.When(s => new Wake(s.Now, GraceIsOver: true)).Then("tool.failed", "run.cancelled");
    }

    [Fact]
    public void A_clock_that_is_ahead_for_one_commit_makes_no_retry_of_an_unknown_call_wait_for_it()
    {
        var run = Scenario.Started().After(TimeSpan.FromHours(6)).When(s => s.Says("", "pay")).After(TimeSpan.FromHours(-6));
        run.When(s => new TakeOver(s.Now)).Then("decision.requested");
        Assert.Equal(run.Now.AddSeconds(30), run.Event<DecisionRequested>().RetryFrom);
    }

    [Fact]
    public void What_a_cut_attempt_took_counts()
    {
        var cut = Scenario.Started().When(s => new Pause(s.Now, PauseMode.Now, "ann"));
        var input = cut.State.Model!.Context.Tokens;
        Assert.Equal((input, 0L), (cut.State.Usage.InputTokens, cut.State.Usage.OutputTokens));

        var died = Scenario.Started();
        var reserved = died.State.Model!.Reserved;
        died.When(s => new TakeOver(s.Now));
        Assert.Equal(reserved, died.State.Usage.InputTokens + died.State.Usage.OutputTokens);

        var faulted = Scenario.Started().When(s => s.Faults() with { Used = new(40, 0, 7) });
        Assert.Equal((40L, 7L), (faulted.State.Usage.InputTokens, faulted.State.Usage.OutputTokens));
    }

    private static Scenario Defect(Scenario run, string code = "unreadable_answer") =>
        run.When(s => s.Faults(FaultKind.Defect) with { Error = new(code, "it cannot be read") });

    private static void Due(Scenario run) => run.After(TimeSpan.FromMinutes(1)).When(s => new Wake(s.Now)).Then("model.started");
}
